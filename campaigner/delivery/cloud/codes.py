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


def meaning_zh(verdict: Verdict) -> str:
    """What a code asks for, in Chinese."""
    return _WORDS_ZH.get(verdict, "没有说明")
