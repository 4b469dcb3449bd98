"""What the clouds' answer codes mean for a message.

Sources: Aliyun's page of API error codes (help.aliyun.com/document_detail/101346) and of sending limits; Tencent's
list of error codes as its SDK 3.1.153 carries it (`sms.v20210111.errorcodes`, and the common codes of API 3.0).
"""

from campaigner.delivery.links.requests import Verdict

_ALIYUN = {
    "OK": Verdict.TAKEN,
    # One number, or the values that go to it.
    "isv.MOBILE_NUMBER_ILLEGAL": Verdict.ONE,
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": Verdict.ONE,
    "isv.BLACK_KEY_CONTROL_LIMIT": Verdict.ONE,
    "isv.PARAM_NOT_SUPPORT_URL": Verdict.ONE,
    "isv.PARAM_LENGTH_LIMIT": Verdict.ONE,
    "isv.SMS_CONTENT_ILLEGAL": Verdict.ONE,
    "isv.BLACKLIST": Verdict.ONE,
    "isv.TEMPLATE_PARAMS_ILLEGAL": Verdict.ONE,
    # Too fast; BUSINESS_LIMIT_CONTROL is looked at more closely below.
    "isv.BUSINESS_LIMIT_CONTROL": Verdict.LATER,
    "isp.UNKNOWN_ERR_CODE": Verdict.UNSURE,
}
_ALIYUN_FAMILIES = (
    ("Throttling", Verdict.LATER),
    ("isv.", Verdict.HALT),
    ("isp.RAM_PERMISSION_DENY", Verdict.HALT),
    ("isp.", Verdict.UNSURE),
    ("ServiceUnavailable", Verdict.UNSURE),
    ("InternalError", Verdict.UNSURE),
    ("SignatureDoesNotMatch", Verdict.HALT),
    ("Invalid", Verdict.HALT),
    ("Missing", Verdict.HALT),
    ("Forbidden", Verdict.HALT),
    ("NoPermission", Verdict.HALT),
    ("SignatureNonceUsed", Verdict.UNSURE),
)
_FILLED = ("天级", "小时级")
"""In a flow control's message: the number has had all it may get in a day or an hour."""

_TENCENT = {
    "Ok": Verdict.TAKEN,
    "FailedOperation.ContainSensitiveWord": Verdict.ONE,
    "FailedOperation.PhoneNumberInBlacklist": Verdict.ONE,
    "FailedOperation.PhoneNumberParseFail": Verdict.ONE,
    "InvalidParameter.DirtyWordFound": Verdict.ONE,
    "InvalidParameterValue.IncorrectPhoneNumber": Verdict.ONE,
    "InvalidParameterValue.ContentLengthLimit": Verdict.ONE,
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": Verdict.ONE,
    "InvalidParameterValue.TemplateParameterFormatError": Verdict.ONE,
    "InvalidParameterValue.TemplateParameterLengthLimit": Verdict.ONE,
    "LimitExceeded.PhoneNumberDailyLimit": Verdict.ONE,
    "LimitExceeded.PhoneNumberOneHourLimit": Verdict.ONE,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": Verdict.ONE,
    "LimitExceeded.PhoneNumberThirtySecondLimit": Verdict.LATER,
    "LimitExceeded.DeliveryFrequencyLimit": Verdict.LATER,
    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": Verdict.ONE,
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": Verdict.ONE,
    "InternalError.RequestTimeException": Verdict.HALT,
    "InternalError.SigFieldMissing": Verdict.HALT,
    "InternalError.SigVerificationFail": Verdict.HALT,
    "InternalError.RestApiInterfaceNotExist": Verdict.HALT,
}
_TENCENT_FAMILIES = (
    ("RequestLimitExceeded", Verdict.LATER),
    ("InternalError", Verdict.UNSURE),
    ("FailedOperation", Verdict.HALT),
    ("InvalidParameter", Verdict.HALT),
    ("MissingParameter", Verdict.HALT),
    ("LimitExceeded", Verdict.HALT),
    ("UnauthorizedOperation", Verdict.HALT),
    ("UnsupportedOperation", Verdict.HALT),
    ("AuthFailure", Verdict.HALT),
    ("Ip", Verdict.HALT),
    ("ResourceUnavailable", Verdict.HALT),
)

_WORDS = {
    Verdict.ONE: "refused for this number or its values",
    Verdict.LATER: "too fast",
    Verdict.HALT: "account, signature, template or rights",
    Verdict.UNSURE: "the service failed on its side",
}


_CODES_ZH = {
    "isv.ACCOUNT_ABNORMAL": "账户异常",
    "isv.ACCOUNT_NOT_EXISTS": "账户不存在",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
    "isv.BLACKLIST": "号码在黑名单中",
    "isv.BLACK_KEY_CONTROL_LIMIT": "变量内容命中黑名单管控",
    "isv.BUSINESS_LIMIT_CONTROL": "触发业务流控",
    "isv.DAY_LIMIT_CONTROL": "触发日发送限额",
    "isv.DENY_IP_RANGE": "源 IP 地址所在地区被禁用",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": "国际模板不支持发送境内号码",
    "isv.INVALID_JSON_PARAM": "变量参数不是合法的 JSON",
    "isv.INVALID_PARAMETERS": "参数异常",
    "isv.MOBILE_COUNT_OVER_LIMIT": "手机号码数量超过限制",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号码不合法",
    "isv.MONTH_LIMIT_CONTROL": "触发月发送限额",
    "isv.OUT_OF_SERVICE": "业务停机",
    "isv.PARAM_LENGTH_LIMIT": "变量超过长度限制",
    "isv.PARAM_NOT_SUPPORT_URL": "变量不支持传入网址",
    "isv.PRODUCT_UN_SUBSCRIPT": "账户没有开通短信服务",
    "isv.SMS_CONTENT_ILLEGAL": "短信内容包含禁止发送的内容",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名不合法",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模板不合法",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量缺少对应参数值",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "模板变量参数不合法",
    "isp.RAM_PERMISSION_DENY": "RAM 权限不足",
    "isp.SYSTEM_ERROR": "云平台系统错误",
    "isp.UNKNOWN_ERR_CODE": "云平台未知错误",
    "InvalidAccessKeyId.NotFound": "AccessKey ID 不存在",
    "SignatureDoesNotMatch": "请求签名不匹配，AccessKey Secret 有误",
    "AuthFailure.SecretIdNotFound": "SecretId 不存在",
    "AuthFailure.SignatureExpire": "请求签名过期，本机时间可能不准",
    "AuthFailure.SignatureFailure": "请求签名错误，SecretKey 有误",
    "AuthFailure.UnauthorizedOperation": "请求未授权",
    "FailedOperation.ContainSensitiveWord": "短信内容含有敏感词",
    "FailedOperation.InsufficientBalanceInSmsPackage": "短信套餐包余量不足",
    "FailedOperation.PhoneNumberInBlacklist": "手机号在免打扰名单中",
    "FailedOperation.PhoneNumberParseFail": "手机号解析失败",
    "FailedOperation.SignatureIncorrectOrUnapproved": "签名未审批或格式错误",
    "FailedOperation.TemplateIncorrectOrUnapproved": "模板未审批或内容不匹配",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "请求内容与审核通过的模板内容不匹配",
    "InternalError.RequestTimeException": "请求时间不正确，本机时间可能不准",
    "InternalError.RestApiInterfaceNotExist": "请求的接口不存在",
    "InternalError.SigFieldMissing": "请求缺少签名字段",
    "InternalError.SigVerificationFail": "请求签名校验失败",
    "InvalidParameter.DirtyWordFound": "参数中含有脏字",
    "InvalidParameterValue.ContentLengthLimit": "短信内容过长",
    "InvalidParameterValue.IncorrectPhoneNumber": "手机号格式错误",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": "模板变量中禁止使用网址",
    "InvalidParameterValue.SdkAppIdNotExist": "SdkAppId 不存在",
    "InvalidParameterValue.TemplateParameterFormatError": "模板变量格式错误",
    "InvalidParameterValue.TemplateParameterLengthLimit": "模板变量过长",
    "LimitExceeded.DeliveryFrequencyLimit": "下发频率超过限制",
    "LimitExceeded.PhoneNumberDailyLimit": "单个手机号日下发条数超过上限",
    "LimitExceeded.PhoneNumberOneHourLimit": "单个手机号1小时内下发条数超过上限",
    "LimitExceeded.PhoneNumberSameContentDailyLimit": "单个手机号下发相同内容超过上限",
    "LimitExceeded.PhoneNumberThirtySecondLimit": "单个手机号30秒内下发条数超过上限",
    "RequestLimitExceeded": "请求次数超过频率限制",
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": "SdkAppId 校验失败",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": "国内短信模板不支持发送国际号码",
    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": "群发请求中既有国内号码又有国际号码",
}
"""Codes that have a name of their own in Chinese, as the sources above call them."""
_WORDS_ZH = {
    Verdict.ONE: "该号码或其参数被拒绝",
    Verdict.LATER: "发送过快，被限流",
    Verdict.HALT: "账号、签名、模板或权限有问题",
    Verdict.UNSURE: "云平台服务出错",
}


def aliyun_verdict(code: str, message: str = "") -> Verdict:
    """What a code of Aliyun's asks for.

    Args:
        code: `OK`, `isv.MOBILE_NUMBER_ILLEGAL`, ...
        message: The words that came with it; only looked into for which flow control it is.
    """
    if code == "isv.BUSINESS_LIMIT_CONTROL" and any(word in message for word in _FILLED):
        return Verdict.ONE
    return _verdict(code, _ALIYUN, _ALIYUN_FAMILIES)


def tencent_verdict(code: str, _message: str = "") -> Verdict:
    """What a code of Tencent's asks for."""
    return _verdict(code, _TENCENT, _TENCENT_FAMILIES)


def _verdict(code: str, table: dict[str, Verdict], families: tuple[tuple[str, Verdict], ...]) -> Verdict:
    """A code that nobody knows may hide a message that went out."""
    if code in table:
        return table[code]
    return next((verdict for start, verdict in families if code.startswith(start)), Verdict.UNSURE)


def cause(code: str, verdict: Verdict) -> str:
    """The code with its meaning; the clouds' own words are left out, as they may hold a number."""
    return f"{code}: {_WORDS[verdict]}" if verdict in _WORDS else code


def meaning_zh(code: str, verdict: Verdict) -> str:
    """What a code means, in the Chinese of the clouds' own lists; one that is not known by what it asks for."""
    return _CODES_ZH.get(code) or _WORDS_ZH.get(verdict, "没有说明")
