"""What is fuzzed: each target takes a case and must come to a result or to an error of the kinds that it names."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from campaigner.delivery.cmpp import pdu as cmpp
from campaigner.delivery.profiles import read_profile
from campaigner.domain.birth import BirthFault, masked_birth, parse_age, parse_birth
from campaigner.domain.filename import safe_name
from campaigner.domain.idcard import IdCardFault, parse_idcard
from campaigner.domain.masking import masked
from campaigner.domain.people import Kind, masked_name, plain_line
from campaigner.domain.phone import PhoneFault, masked_phone, parse_phone
from campaigner.domain.problem import Problem
from campaigner.domain.segment import parse_filter
from campaigner.domain.sms import parts, split
from campaigner.domain.visible import visible
from campaigner.intake.cleaning import parse_mark, parse_opt_out, parse_whole
from campaigner.intake.moments import parse_moment
from campaigner.rendering.markdown import escape, faults, parse, plain
from campaigner.toml.reading import read_toml
from tests.hostile.fuzzing import files, seeds, wires
from tests.hostile.fuzzing.wires import LONG_NUMBER

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("Asia/Shanghai")
DAY_NUMBER = 20261124
FAR = 20
"""A cell far below the others is within the rules: what lies between is held, up to fifty million cells."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that takes what strangers wrote.

    Args:
        name: Its name.
        share: Cases of ten thousand.
        seeds: Well-formed inputs.
        take: Takes a case; an assertion says what must hold of every result.
        words: Pieces that mean something here.
        allowed: Errors that it may end with.
        patience: How many times as long as usual a case may take.
    """

    name: str
    share: int
    seeds: Sequence[str | bytes]
    take: Callable[[Any], object]
    words: Sequence[str] = ()
    allowed: tuple[type[Exception], ...] = ()
    patience: int = 1


def _phone(text: str) -> None:
    found = parse_phone(text)
    assert isinstance(found, PhoneFault) or found == 0 or 13_000_000_000 <= found < 20_000_000_000
    assert LONG_NUMBER.search(masked_phone(text)) is None


def _birth(text: str) -> None:
    found = parse_birth(text, TODAY)
    assert isinstance(found, BirthFault | int)
    masked_birth(text)


def _idcard(text: str) -> None:
    found = parse_idcard(text, TODAY)
    assert isinstance(found, IdCardFault) or found == 0 or 18_000_000 < found <= DAY_NUMBER


def _cell(text: str) -> None:
    for parsed in (parse_age(text), parse_mark(text), parse_opt_out(text), parse_whole(text, 1, 1)):
        assert isinstance(parsed, int | str)
    parse_moment(text, ZONE)


def _words(text: str) -> None:
    assert "\x1b" not in visible(text)
    assert plain_line(text).isprintable()
    assert not set(safe_name(text)) & set("/\\\0\n")
    masked_name(text)
    masked(text)
    assert "".join(split(text)) == text
    assert len(split(text)) == parts(text)


ROWS = {
    Kind.PEOPLE: {
        "birth": 19600101,
        "age": 66,
        "gender": "男",
        "village": "柳树村",
        "estate": "",
        "unit": "",
        "tags": "党员",
        "occupation": "教师",
        "screen": False,
    },
    Kind.PUPILS: {
        "birth": 20150101,
        "age": -1,
        "gender": "女",
        "school": "小学",
        "grade": "三年级",
        "class_name": "1班",
        "village": "",
        "guardian": "",
    },
    Kind.PLACES: {"kind": "estate", "village": "", "estate": "", "count": 1, "screen": True},
}


def _expression(text: str) -> None:
    for kind in Kind:
        found = parse_filter(text, kind, "config.toml", 1)
        if isinstance(found, Problem):
            assert found.message_zh
            assert isinstance(found.column, int)
            continue
        if found.names <= set(ROWS[kind]):
            found.matches(ROWS[kind], DAY_NUMBER)
            found.why(ROWS[kind], DAY_NUMBER)


def _toml(text: str) -> None:
    found = read_toml(text, "config.toml")
    assert found.whole or found.faults


def _markdown(text: str) -> None:
    plain(parse(text))
    faults(text)
    words = " ".join(text.replace("\0", "\ufffd").split())
    assert " ".join(plain(parse(escape(text))).split()) == words or not words.isprintable()


def _profile(text: str) -> None:
    profile, problems = read_profile(text, "own.toml")
    assert profile is not None or problems
    if profile is not None:
        profile.stem("run", 1, 2)


@contextmanager
def targets() -> Iterator[list[Target]]:
    """Every target; those of files write theirs into a folder that is gone afterwards."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with TemporaryDirectory(dir=place) as temporary, closing(wires.Http()) as http:
        on_disk = files.Files(Path(temporary))
        yield [
            Target("phones", 1500, seeds.PHONES, _phone),
            Target("births", 900, seeds.BIRTHS, _birth),
            Target("identity cards", 1100, seeds.CARDS, _idcard),
            Target("cells", 1000, seeds.CELLS, _cell),
            Target("words", 300, seeds.WORDS, _words),
            Target("SMPP", 1650, seeds.SMPP, wires.deliver_sm),
            Target("CMPP", 1300, seeds.CMPP, wires.cmpp_deliver, allowed=(cmpp.PduError,)),
            Target("Kannel callbacks", 700, seeds.KANNEL, wires.callback),
            Target("Kannel requests", 300, seeds.REQUESTS, http.request),
            Target("Kannel answers", 200, seeds.ANSWERS, http.answer),
            Target("cloud reports", 200, seeds.CLOUD, wires.cloud_reports),
            Target("expressions", 250, seeds.EXPRESSIONS, _expression, seeds.COLUMNS),
            Target("TOML", 150, seeds.TOML, _toml),
            Target("Markdown", 30, seeds.MARKDOWN, _markdown),
            Target("carriers' profiles", 20, seeds.PROFILES, _profile),
            Target("lists as CSV", 30, seeds.LISTS, on_disk.audience),
            Target("headers of lists", 10, seeds.HEADERS, on_disk.headers),
            Target("lists as XLSX", 20, on_disk.workbooks(), on_disk.audience),
            Target("XML within XLSX", 10, on_disk.sheets(), on_disk.sheet, patience=FAR),
            Target("status files", 20, seeds.STATUS, on_disk.status),
            Target("opt-out files", 20, seeds.OPTOUTS, on_disk.optouts),
            Target("front matter", 240, seeds.FRONTS, on_disk.front),
            Target("templates", 30, seeds.TEMPLATES, on_disk.template),
            Target("warnings", 15, seeds.warnings(), on_disk.warning),
            Target("config.toml", 3, seeds.config(), on_disk.config),
            Target("reports", 2, on_disk.reports(), on_disk.report),
        ]
