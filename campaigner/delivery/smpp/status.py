"""What an SMSC means by the status of a response: SMPP 3.4, table 5-2, in plain English and Chinese."""

THROTTLED = frozenset({0x14, 0x58})
"""ESME_RMSGQFUL and ESME_RTHROTTLED: not now; the message is kept and the link rests."""
INVALID_LENGTH = 0x02
INVALID_COMMAND = 0x03
TEMPORARY_FAULT = 0x64
"""ESME_RX_T_APPN: what came could not be kept; it is wanted again."""
PERMANENT_FAULT = 0x65
"""ESME_RX_P_APPN: what came cannot be understood, and it will not be the next time either."""

_TEXTS = {
    0x01: "message length is invalid",
    0x02: "PDU length is invalid",
    0x03: "command is not known",
    0x04: "command does not fit the kind of login",
    0x05: "already logged in",
    0x06: "priority flag is invalid",
    0x07: "registered delivery flag is invalid",
    0x08: "system error of the SMSC",
    0x0A: "source address is invalid",
    0x0B: "destination address is invalid",
    0x0C: "message id is invalid",
    0x0D: "login failed",
    0x0E: "password is invalid",
    0x0F: "system_id is invalid",
    0x11: "cancelling failed",
    0x13: "replacing failed",
    0x14: "message queue of the SMSC is full",
    0x15: "service type is invalid",
    0x33: "number of destinations is invalid",
    0x34: "distribution list name is invalid",
    0x40: "destination flag is invalid",
    0x42: "submit with replace is invalid",
    0x43: "esm_class is invalid",
    0x44: "distribution list cannot be used",
    0x45: "submit failed",
    0x48: "source type of number is invalid",
    0x49: "source numbering plan is invalid",
    0x50: "destination type of number is invalid",
    0x51: "destination numbering plan is invalid",
    0x53: "system_type is invalid",
    0x54: "replace_if_present flag is invalid",
    0x55: "number of messages is invalid",
    0x58: "sent too fast",
    0x61: "scheduled delivery time is invalid",
    0x62: "validity period is invalid",
    0x63: "predefined message is invalid",
    0x64: "receiver has a temporary error",
    0x65: "receiver has a permanent error",
    0x66: "receiver rejects the message",
    0x67: "query failed",
    0xC0: "optional part of the PDU is invalid",
    0xC1: "optional parameter is not allowed",
    0xC2: "parameter length is invalid",
    0xC3: "an expected optional parameter is missing",
    0xC4: "value of an optional parameter is invalid",
    0xFE: "delivery failed",
    0xFF: "unknown error",
}
_TEXTS_ZH = {
    0x01: "短信长度无效",
    0x02: "协议包（PDU）长度无效",
    0x03: "命令不能识别",
    0x04: "命令与登录方式（bind）不符",
    0x05: "已经登录",
    0x06: "优先级标志无效",
    0x07: "状态报告标志无效",
    0x08: "短信中心系统错误",
    0x0A: "源地址（主叫号码）无效",
    0x0B: "目的地址（被叫号码）无效",
    0x0C: "短信标识（message_id）无效",
    0x0D: "登录失败",
    0x0E: "密码错误",
    0x0F: "用户名（system_id）错误",
    0x11: "取消短信失败",
    0x13: "替换短信失败",
    0x14: "短信中心队列已满",
    0x15: "业务类型（service_type）无效",
    0x33: "目的地址数目无效",
    0x34: "群发列表名称无效",
    0x40: "目的地址标志无效",
    0x42: "带替换的提交请求无效",
    0x43: "esm_class 无效",
    0x44: "不能提交到群发列表",
    0x45: "提交短信失败",
    0x48: "源地址号码类型（TON）无效",
    0x49: "源地址编号方案（NPI）无效",
    0x50: "目的地址号码类型（TON）无效",
    0x51: "目的地址编号方案（NPI）无效",
    0x53: "系统类型（system_type）无效",
    0x54: "替换标志（replace_if_present）无效",
    0x55: "短信数目无效",
    0x58: "发送过快，超过流量限制",
    0x61: "定时发送时间无效",
    0x62: "有效期无效",
    0x63: "预定义短信无效",
    0x64: "接收方临时错误",
    0x65: "接收方永久错误",
    0x66: "接收方拒收",
    0x67: "查询短信失败",
    0xC0: "协议包可选部分无效",
    0xC1: "不允许该可选参数",
    0xC2: "参数长度无效",
    0xC3: "缺少应有的可选参数",
    0xC4: "可选参数值无效",
    0xFE: "投递失败",
    0xFF: "未知错误",
}
_OWN = range(0x400, 0x500)


def describe(status: int) -> str:
    """A status as code and plain text, `0x0B destination address is invalid`."""
    text = (
        "error of the carrier's own" if status in _OWN else _TEXTS.get(status, "error that SMPP 3.4 reserves")
    )
    return f"0x{status:02X} {text}"


def describe_zh(status: int) -> str:
    """A status as code and Chinese, `0x0B 目的地址（被叫号码）无效`."""
    text = "运营商自定义错误" if status in _OWN else _TEXTS_ZH.get(status, "SMPP 3.4 保留的错误码")
    return f"0x{status:02X} {text}"
