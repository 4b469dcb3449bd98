"""Well-formed inputs of every kind, from which cases are made."""

import struct

from campaigner.delivery.cmpp import pdu as cmpp
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.links.parts import udh
from campaigner.delivery.smpp import pdu as smpp
from campaigner.domain.people import COLUMNS as ALL_COLUMNS
from tests.conftest import ROOT

PASSWORD, TOKEN = "a-password", "a-token-of-replies"
PHONES = (
    "13800138000",
    "+86 138-0013-8000",
    "008613800138000",
    "８６１３８００１３８０００",
    "138 0013 8000",
    "1.3800138E+10",
    "'13800138000",
    "",
    "0571-88888888",
    "13800138000.0",
    "(86)13800138000",
    "13800138000/13900139000",
    "一三八",
    "tel:13800138000",
)
BIRTHS = (
    "1956-03-01",
    "1956/3/1",
    "1956.3",
    "1956年3月1日",
    "19560301",
    "1956",
    "20543",
    "1956-03-01 00:00:00",
    "農曆",
    "五六年三月",
    "1956－03－01",
    "3/1/1956",
    "'1956-03-01",
    "",
    "1956年",
    "２０１０年１月",
)
CARDS = (
    "110101195603012518",
    "11010119560301251X",
    "110101560301251",
    "'110101195603012518",
    "",
    "１１０１０１",
    "1.10101E+17",
)
CELLS = (
    *BIRTHS,
    "67",
    "67岁",
    "六十七",
    "是",
    "否",
    "√",
    "y",
    "TRUE",
    "1",
    "0",
    "1.0",
    "三",
    "2026-12-01 09:00:00",
    "2026/12/1 9:00",
    "20261201090000",
    "2612010900",
    "1764550800",
    "1764550800000",
    "2026-12-01T09:00:00+08:00",
    "12月1日 9:00",
)
WORDS = (
    "王小明",
    "欧阳·娜娜",
    "幸福镇中心小学",
    "Anna Maria",
    "提醒：凡是要您先垫钱的，都是诈骗。拒收请回复R",
    "𠮷野家" * 30,
    "a" * 80,
    "电话13800138000，身份证110101195603012518",
)
COLUMNS = tuple(
    {column.name for columns in ALL_COLUMNS.values() for column in columns}
    | {"age", "contains(", "startswith("}
)
EXPRESSIONS = (
    "age >= 60",
    "18 <= age <= 40",
    'village == "柳树村" and not (age < 14)',
    'contains(tags, "党员")',
    'occupation in ("教师", "医生")',
    'startswith(unit, "幸福") or gender != "男"',
    'kind in ("entrance", "lift")',
    "screen",
    "not screen",
    "(age >= 60)",
    "age＞60",
    'village = "x"',
    "60 <= age",
    'grade not in ["一年级"]',
)
TOML = (
    'a = 1\n[b.c]\nd = "x"\n',
    "[[a]]\nb = [1, 2, {c = 3}]\n[[a]]\nb = []\n",
    "a.\"b c\".d = '''x'''\n",
    "a = 2026-12-01T09:00:00\n",
    "a = 1979-05-27\nb = 07:32:00\n",
    "# x\na = true # y\n",
    'a = """\nx\\\n  y"""\n',
    "a = [\n 1, # one\n 2,\n]\n",
    "a = {b = {c = [{}]}}\n",
    "a = 0xff\nb = 1e9\nc = -inf\n",
    '[campaigns.a]\nchannels.sms = { template = "sms/a" }\n',
    '"" = ""\n',
)
MARKDOWN = (
    "# 标题\n\n段落**粗体**和*斜体*\n\n- 一\n- 二\n\n1. 一\n2. 二\n\n> 牢记\n",
    "## 副题\n\n一行\\\n二行\n",
    "[x](y) ![a](b) <b>c</b> `d`\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "---\n***\n===\n",
    "> - 1\n>   - 2\n",
    "\\*\\_\\#",
    "&amp; &#35;",
    "王小明",
    "a*b_c#d",
)
PROFILES = tuple(
    path.read_text("utf-8") for path in sorted((ROOT / "campaigner/delivery/profiles").glob("*.toml"))
)
LISTS = (
    "姓名,手机号,出生日期,年龄,身份证号,性别,村社区,地址,标签,退订,样例数据\n王小明,13800138000,1956-03-01,,,男,柳树村,1号,党员;志愿者,否,是\n李四,,,67,,,,,,,\n".encode(),
    '姓名\t手机号\r\n张三\t13800138000\r\n\r\n"李\r\n四"\t13900139000\r\n'.encode("gb18030"),
    '名单\n\n姓名;手机号\n"王""五";13800138000\n'.encode("utf-8-sig"),
    "姓名,手机号\n赵六,13800138000\n".encode("utf-16"),
    "姓名|电话\n合计|2\n".encode(),
)
HEADERS = tuple(
    line.encode()
    for line in (
        "姓名,手机号,出生日期",
        "学生姓名,学校,年级,班级,学号,家长,家长电话",
        "名称,类型,数量,电子屏,地址",
        "姓名,姓名,手机号,手机号2",
        "Name,Mobile,Birth",
        "姓名（必填）,手机 号码,前科",
    )
)
STATUS = (
    (
        "编号,手机号码,状态,时间,计费条数,失败原因\n"
        "101,13800138000,成功,2026-12-01 09:00:00,2,\n"
        "102,13800138001,失败,2026/12/1 9:00,1,空号\n"
    ).encode(),
    b"msg_id\tMobile\tstat\tdone_time\n1\t13800138000\tDELIVRD\t2612010900\n",
    "编号,状态\n1,UNDELIV\n".encode("gb18030"),
)
OPTOUTS = (
    b"13800138000\n13900139000\n",
    "手机号,时间,回复\n13800138000,2026-12-01 09:00,R\n".encode(),
    "13800138000；13900139000\n".encode("gb18030"),
    "退订名单\n1,13800138000,张\n".encode(),
)
FRONTS = (
    '+++\nid = "sms/own"\nchannel = "sms"\nkind = "people"\ntitle = "x"\nsegments = ["a"]\nwarnings = ["b"]\n+++\n',
    '+++\nid = "sms/own"\nchannel = "sms"\nkind = "pupils"\nsegments = []\ndesign = "plain"\n+++\n',
    '\ufeff+++\r\nid = \'sms/own\'\r\nchannel = """sms"""\r\nkind = "places"\r\n+++\r\n',
)
_HEAD = '+++\nid = "sms/own"\nchannel = "sms"\nkind = "people"\n+++\n'
TEMPLATES = (
    _HEAD + "长辈您好：{{ warning.short }}{% if recipient.name %}{{ recipient.name }}{% endif %}\n",
    _HEAD.replace('"people"', '"pupils"\nsegments = []')
    + '{% for f in warning.red_flags %}{{ loop.index }}{{ f | replace("您", "你") }}{% endfor %}',
    _HEAD + "{% set a = warning.rule %}{{ a ~ office.name + run.date }}{{ (1, [2]) | length }}",
)


def warnings() -> list[str]:
    """Entries of the catalogue."""
    return [path.read_text("utf-8") for path in sorted((ROOT / "templates/warnings").glob("*.toml"))]


def config() -> list[str]:
    """The settings of the starter."""
    return [(ROOT / "config.toml").read_text("utf-8")]


def _deliver_sm(text: bytes, esm: int = 0, coding: int = 8, tlvs: bytes = b"") -> bytes:
    body = b"\0\1\18613800138000\0\1\110690000\0" + bytes((esm, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0))
    return smpp.write(smpp.DELIVER_SM, 0, 7, body + bytes((len(text),)) + text + tlvs)


_RECEIPT = b"id:0A1 sub:001 dlvrd:001 submit date:2612010900 done date:2612010901 stat:DELIVRD err:000 text:13800138000"
SMPP = (
    _deliver_sm("退订".encode("utf-16-be")),
    _deliver_sm(_RECEIPT, 4, 0),
    _deliver_sm(b"TD", 0, 0),
    _deliver_sm(udh(42, 2, 0) + "退".encode("utf-16-be"), 0x40)
    + _deliver_sm(udh(42, 2, 1) + "订".encode("utf-16-be"), 0x40),
    _deliver_sm(b"", 4, 0, struct.pack(">HH4s", 0x1E, 4, b"0A1\0") + struct.pack(">HHB", 0x427, 1, 2)),
    _deliver_sm(b"", 0, 8, struct.pack(">HH4s", 0x424, 4, "退订".encode("utf-16-be"))),
    smpp.write(smpp.RESPONSE | 4, 0, 3, b"0A1\0"),
    smpp.write(smpp.RESPONSE | 4, 0x58, 3),
    smpp.write(0x15, 0, 9),
)


def _delivered(layout: cmpp.Layout, content: bytes, report: int = 0, form: int = 8, joined: int = 0) -> bytes:
    body = layout.deliver.pack(99, b"10690000", joined, form, b"13800138000", report, len(content))
    return cmpp.pdu(cmpp.DELIVER, 5, body + content + bytes(layout.tail))


def _report(layout: cmpp.Layout) -> bytes:
    phone = b"13800138000".ljust(layout.phone, b"\0")
    return struct.pack(">Q7s10s10s", 99, b"DELIVRD", b"2612010900", b"2612010901") + phone + bytes(4)


CMPP = (
    *(_delivered(layout, "退订".encode("utf-16-be")) for layout in (cmpp.V20, cmpp.V30)),
    *(_delivered(layout, _report(layout), 1) for layout in (cmpp.V20, cmpp.V30)),
    *(
        _delivered(layout, udh(42, 2, 0) + "退".encode("utf-16-be"), joined=1)
        for layout in (cmpp.V20, cmpp.V30)
    ),
    _delivered(cmpp.V20, "退订".encode("gb18030"), form=15),
    cmpp.pdu(0x80000001, 1, cmpp.V20.status.pack(0, bytes(16), 0x20)),
    cmpp.pdu(0x80000004, 1, cmpp.V30.result.pack(99, 0)),
    cmpp.pdu(8, 2),
)

_MARK = Marks(PASSWORD).write([Outgoing(7, 13_800_138_000, "x"), Outgoing(8, 13_900_139_000, "y")]).encode()
KANNEL = (
    b"/receipt?m=" + _MARK + b"&d=1&p=13800138000&t=1764550800&a=id:1+stat:DELIVRD+err:000",
    b"/receipt?m=" + _MARK + b"&d=16&p=%2B8613900139000&t=1764550800&a=NACK/13800138000/Refused",
    b"/reply?token="
    + TOKEN.encode()
    + b"&from=%2B8613800138000&to=10690000&charset=UTF-16BE&coding=2&text=%90%00%8b%a2",
    b"/reply?token=" + TOKEN.encode() + b"&from=13800138000&to=10690000&charset=UTF-8&coding=0&text=TD",
    b"/here?proof=x",
    b"127.0.0.1:18080",
    b"[::1]:80",
)
REQUESTS = (
    b"GET " + KANNEL[0] + b" HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nConnection: keep-alive\r\n\r\n",
    b"GET " + KANNEL[3] + b" HTTP/1.0\r\n\r\n",
    b"POST /reply HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
)
ANSWERS = (
    b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Accepted for delivery",
    b"HTTP/1.1 202 Accepted\r\nContent-Length: 19\r\n\r\n3: Queued for later",
    b"HTTP/1.0 403 Forbidden\r\n\r\nAuthorization failed for sendsms",
    b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n138\r\n8\r\n00138000\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
)
CLOUD = (
    (
        b'[{"phone_number":"13800138000","send_time":"2026-12-01 09:00:00","report_time":"2026-12-01 09:00:05",'
        b'"success":true,"err_code":"DELIVERED","err_msg":"x","sms_size":"1","biz_id":"12345","out_id":"abc"}]'
    ),
    b'[{"phone_number":"13800138000","dest_code":"1069","content":"TD","send_time":"2026-12-01 09:00:00"}]',
    (
        b'[{"user_receive_time":"2026-12-01 09:00:00","nationcode":"86","mobile":"13800138000",'
        b'"report_status":"SUCCESS","errmsg":"DELIVRD","description":"x","sid":"8:abc","ext":"abc"}]'
    ),
    b'{"extend":"1","mobile":"13800138000","nationcode":"86","sign":"x","text":"TD","time":1764550800}',
)
