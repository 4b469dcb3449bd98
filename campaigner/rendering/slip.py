"""Approval slips: what a superior reads and signs before a run goes out, on A4, over as many pages as it takes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigner.domain.problem import Level
from campaigner.domain.sms import JOINED, SINGLE, Cost
from campaigner.rendering import pdf, qr
from campaigner.rendering.fonts import UNPRINTED

TITLE = "短信和宣传材料发布审批单"
SHORT = 12
"""Characters of a hash that are printed to be compared by eye, as many as `approve` and `log` show."""
SHOWN_FINDINGS = 20

_LEVELS = {Level.BLOCK: "不得发布", Level.WARN: "须说明理由", Level.INFO: "提示"}
_RULE = f"计数办法：签名和退订说明计算在内；{SINGLE}字以内计1条，超过{SINGLE}字的每{JOINED}字计1条。"
_NUMBERS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Specimen:
    """One text as it would go out, names masked.

    Args:
        text: Its wording.
        characters: Its length as carriers count it, in UTF-16 units.
        parts: SMS parts that it is charged as.
        note: Whom it goes to, masked; "" for a text that all share.
    """

    text: str
    characters: int
    parts: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What a run does on one channel.

    Args:
        name: What the channel is called.
        unit: What its recipients are counted in.
        segment: Title of the segment.
        template: Title and id of the template.
        matched: Who matches the segment.
        recipients: Who gets a message.
        excluded: (reason in Chinese, how many) of those who match and get none.
        texts: How many different texts there are.
        sms: Whether it is of SMS; otherwise of paper.
        specimens: SMS: texts in full, the longest first.
        spread: SMS: (parts, messages) for each number of parts that occurs.
        signature: SMS: what stands in 【】 before each text.
        parts: SMS: parts of all messages together.
        price_milli: SMS: price of a part in thousandths of a yuan; 0 if none is set.
        sheets: Paper: sheets to print.
        paper: Paper: sizes and what else the printer has to know.
        pictures: Paper: first sheets as PNG.
        counted: Paper: whether it is said how many sheets differ, as no sheet bears a name.
    """

    name: str
    unit: str
    segment: str
    template: str
    matched: int
    recipients: int
    excluded: tuple[tuple[str, int], ...] = ()
    texts: int = 1
    sms: bool = False
    specimens: tuple[Specimen, ...] = ()
    spread: tuple[tuple[int, int], ...] = ()
    signature: str = ""
    parts: int = 0
    price_milli: int = 0
    sheets: int = 0
    paper: str = ""
    pictures: tuple[bytes, ...] = ()
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What the wording rules say of one sentence.

    Args:
        level: How much it stops.
        rule: Number and name of the rule.
        sentence: The sentence, without names.
        why: What is wrong with it and what to write instead.
        passed: Who let it pass, and why; "" if nobody did.
        places: In how many sentences that look alike here.
    """

    level: Level
    rule: str
    sentence: str
    why: str
    passed: str = ""
    places: int = 1


@dataclass(frozen=True, slots=True)
class Slip:
    """All that a superior needs in order to say yes or no.

    Args:
        office: Who sends.
        title: What the run is called.
        code: The run's code.
        due: When it goes out, as printed.
        author: Who prepared it.
        prepared: When that was, as printed.
        warnings: (name, sources) of the warnings that it carries.
        sections: One for each channel.
        remarks: What the wording rules say, gravest first.
        notices: What the plan says besides.
        quantity: Messages that a yes covers.
        content: Hash over what the wording is made of.
        digest: Hash over the finished messages.
        synthetic: Whether its recipients are invented.
        chain: Number and hash of the log's entry that tells of its messages.
    """

    office: str
    title: str
    code: str
    due: str
    author: str
    prepared: str
    warnings: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    remarks: tuple[Remark, ...]
    notices: tuple[str, ...]
    quantity: int
    content: str
    digest: str
    synthetic: bool
    chain: tuple[int, str] = (0, "")


def slip_pdf(slip: Slip) -> bytes:
    """The slip as a PDF; the same slip gives the same bytes."""
    data = _data(slip)
    lacking = pdf.missing_glyphs("".join(_strings(data))) | UNPRINTED
    return pdf.compile_pdf("slip.typ", _shown(data, str.maketrans({mark: _named(mark) for mark in lacking})))


def _named(mark: str) -> str:
    """A character that paper cannot show, by its number, so that whoever signs knows of it."""
    return f"〔U+{ord(mark):04X}〕"


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for entry in inner for text in _strings(entry)]


def _shown(value: Any, names: Mapping[int, str]) -> Any:
    """The same data with the characters that cannot be printed by their numbers."""
    if isinstance(value, str):
        return value.translate(names)
    if isinstance(value, Mapping):
        return {key: _shown(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [_shown(entry, names) for entry in value]
    return value


def _data(slip: Slip) -> dict[str, Any]:
    """What the layout reads."""
    return {
        "title": TITLE,
        "office": slip.office,
        "run": slip.title,
        "code": slip.code,
        "due": slip.due,
        "author": slip.author,
        "prepared": slip.prepared,
        "synthetic": slip.synthetic,
        "warnings": [f"{name}（来源：{sources}）" for name, sources in slip.warnings],
        "sections": [
            _section(section, _NUMBERS[number : number + 1]) for number, section in enumerate(slip.sections)
        ],
        "texts": _texts(slip),
        "remarks": [_remark(remark) for remark in slip.remarks[:SHOWN_FINDINGS]],
        "more": _more(slip),
        "notices": list(slip.notices),
        "ceiling": _ceiling(slip),
        "cost": _total(slip),
        "content": slip.content[:SHORT],
        "digest": slip.digest[:SHORT],
        "qr": qr.svg(slip.digest),
        "chain": _chain(*slip.chain),
    }


def _chain(seq: int, hash_: str) -> str:
    """The entry's hash in groups; whoever keeps the signed sheet can tell whether the chain still holds it."""
    if not hash_:
        return ""
    groups = " ".join(hash_[start : start + 16] for start in range(0, len(hash_), 16))
    return f"记录链第{seq}条校验值 {groups}"


def _section(section: Section, number: str) -> dict[str, Any]:
    left_out = sum(count for _reason, count in section.excluded)
    unit = section.unit
    return {
        "heading": f"{number}、{section.name}",
        "segment": section.segment,
        "template": section.template,
        "counts": [["符合条件", section.matched], ["列入发送", section.recipients], ["未列入", left_out]],
        "unit": unit,
        "excluded": [f"{reason} {count:,}{unit}" for reason, count in section.excluded],
        "signature": f"【{section.signature}】" if section.signature else "不加签名",
        "specimens": [_specimen(section, specimen) for specimen in section.specimens],
        "counting": _counting(section) if section.sms else "",
        "rule": _RULE,
        "cost": _cost(section),
        "sheets": _sheets(section),
        "pictures": [_picture(png) for png in section.pictures],
        "sms": section.sms,
    }


def _sheets(section: Section) -> str:
    different = section.counted and section.texts > 1
    kinds = f"，不同内容{section.texts:,}种" if different else ""
    return f"{section.sheets:,}张（{section.paper}{kinds}）"


def _specimen(section: Section, specimen: Specimen) -> dict[str, str]:
    alone = section.texts == 1
    note = "全部收件人同一内容" if alone else specimen.note
    return {
        "text": specimen.text,
        "note": f"{note}　{specimen.characters}字，计{specimen.parts}条",
    }


def _counting(section: Section) -> str:
    """How many parts, and how they come about."""
    if not section.spread:
        return "没有收件人"
    spread = "，".join(f"计{parts}条的{messages:,}人" for parts, messages in section.spread)
    if len(section.spread) == 1:
        spread = f"每人{section.spread[0][0]}条"
    different = "" if section.texts == 1 else f"不同内容{section.texts:,}种；"
    return f"{different}{spread}，合计{section.parts:,}条"


def _cost(section: Section) -> str:
    if not section.price_milli:
        return "未填单价，费用未计"
    cost = Cost.of(section.parts, section.price_milli)
    return f"{section.parts:,}条 × {_price(section.price_milli)}元/条 = {_yuan(cost)}元"


def _yuan(cost: Cost) -> str:
    whole, point, fen = cost.yuan.partition(".")
    return f"{int(whole):,}{point}{fen}"


def _price(milli: int) -> str:
    """A price in yuan, with a third decimal only where it has one."""
    text = f"{milli // 1000}.{milli % 1000:03d}"
    return text.removesuffix("0")


def _total(slip: Slip) -> str:
    """The cost of all channels together; "" where only paper goes out."""
    if not any(section.sms for section in slip.sections):
        return ""
    milli = sum(section.parts * section.price_milli for section in slip.sections)
    return f"短信费用合计{_yuan(Cost(milli))}元"


def _ceiling(slip: Slip) -> str:
    """The quantity that a yes covers, as the store counts it."""
    kinds = "，".join(f"{section.name}{section.recipients:,}{section.unit}" for section in slip.sections)
    limits = [f"不超过{slip.quantity:,}份：{kinds}"]
    parts = sum(section.parts for section in slip.sections)
    sheets = sum(section.sheets for section in slip.sections)
    if parts:
        limits.append(f"短信计费不超过{parts:,}条")
    if sheets:
        limits.append(f"印制不超过{sheets:,}张")
    return "；".join(limits)


def _texts(slip: Slip) -> str:
    """What the check of the wording came to, in one line."""
    read = f"共检查{sum(section.texts for section in slip.sections):,}条文字"
    if not slip.remarks:
        return f"用语规则检查：未发现问题（{read}）"
    left = sum(r.places for r in slip.remarks if not r.passed and r.level is not Level.INFO)
    found = sum(remark.places for remark in slip.remarks)
    return f"用语规则检查：发现{found:,}处（{read}），其中{left:,}处尚待处理"


def _more(slip: Slip) -> str:
    left = sum(remark.places for remark in slip.remarks[SHOWN_FINDINGS:])
    return f"另有{left:,}处，此处不再列出。" if left else ""


def _remark(remark: Remark) -> dict[str, str]:
    return {
        "level": _LEVELS[remark.level],
        "grave": remark.level.value,
        "rule": remark.rule,
        "sentence": remark.sentence,
        "places": f"（共{remark.places:,}处）" if remark.places > 1 else "",
        "why": remark.why,
        "passed": remark.passed,
    }


def _picture(png: bytes) -> str:
    """A PNG as an SVG, the form in which a layout takes pictures from its data."""
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    source = base64.b64encode(png).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{source}"/></svg>'
    )
