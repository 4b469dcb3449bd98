import re
from pathlib import Path

import pytest

from campaigner.app import read_desk
from campaigner.config import CONFIG_FILE, load_config
from campaigner.domain.campaign import Channel
from campaigner.domain.problem import Problem
from tests.conftest import ROOT


def problems_of(folder: Path, text: str) -> list[Problem]:
    (folder / CONFIG_FILE).write_text(text, "utf-8")
    return load_config(folder)[1]


@pytest.fixture(scope="session")
def shipped() -> str:
    return (ROOT / CONFIG_FILE).read_text("utf-8")


def test_the_shipped_configuration_is_faultless() -> None:
    desk, problems = read_desk(ROOT)
    assert problems == []
    assert desk is not None
    assert desk.config.gateways["carrier"].price_milli == 50
    assert desk.config.store_url == f"sqlite:///{(ROOT / 'campaigner.db').as_posix()}"


def test_channels_stand_in_one_order(tmp_path: Path, shipped: str) -> None:
    (tmp_path / CONFIG_FILE).write_text(shipped, "utf-8")
    config, _problems = load_config(tmp_path)
    assert config is not None
    plans = config.campaigns["parents-letter"].channels
    assert [plan.channel for plan in plans] == [Channel("letter"), Channel.SMS]


EDITS = [
    pytest.param('zone = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "config-zone", "no time zone", id="zone"),
    pytest.param("suffix =", "sufix =", "config-unknown-key", "did you mean `suffix`?", id="misspelt key"),
    pytest.param("price = 0.05", 'price = "5分"', "config-type", "wants a number", id="price as text"),
    pytest.param("price = 0.05", "price = 0.0505", "config-price", "three decimals", id="price too fine"),
    pytest.param("price = 0.05", "price = -1", "config-price", "three decimals", id="price below nothing"),
    pytest.param(
        'signature = "幸福镇反诈中心"', 'signature = "局"', "config-signature", "2 to 16", id="short signature"
    ),
    pytest.param("rows_per_file = 50000", "rows_per_file = 0", "config-range", "at least 1", id="no rows"),
    pytest.param('"csv", "xlsx"]', '"csv", "xls"]', "config-unknown-format", "did you mean `xlsx`?", id="format"),
    pytest.param('kind = "people"', 'kind = "persons"', "config-unknown-value", "known are people", id="kind"),
    pytest.param(
        'audience = "residents", filter = "age >= 60"', 'audience = "resident", filter = "age >= 60"',
        "config-unknown-value", "did you mean `residents`?", id="audience of a segment",
    ),
    pytest.param('segment = "elderly"', 'segment = "eldery"', "config-unknown-value", "`elderly`", id="segment"),
    pytest.param('cron = "0 9 * * mon"', 'corn = "0 9 * * mon"', "config-unknown-key", "`cron`", id="schedule key"),
    pytest.param(
        'cron = "0 9 * * mon"', 'cron = "0 9 * * mon", every = "2 days"', "config-schedule", "exactly one",
        id="two schedules",
    ),
    pytest.param('every = "14 days", ', 'every = "two weeks", ', "config-every", "14 days", id="interval in words"),
    pytest.param('every = "14 days", ', 'every = "0 days", ', "config-every", "14 days", id="no interval"),
    pytest.param(
        'every = "14 days", ', 'every = "99999999999 days", ', "config-range", "too long", id="endless interval"
    ),
    pytest.param(
        'every = "14 days", start = 2026-09-03T16:00:00', 'every = "14 days"', "config-missing", "counts from `start`",
        id="interval without start",
    ),
    pytest.param(
        'cron = "30 9 25 * *"', 'dates = ["soon"]', "config-type", "dates and times", id="date in words"
    ),
    pytest.param('qr = "hotline"', 'qr = "site"', "config-unknown-value", "hotline", id="QR code not allowed"),
    pytest.param('sizes = ["A4", "A3"]', 'sizes = ["A5"]', "config-unknown-size", "A4", id="paper size"),
    pytest.param(
        'channels.sms = { template = "sms/elderly" }', 'channels.mail = { template = "sms/elderly" }',
        "config-unknown-channel", "sms", id="channel",
    ),
    pytest.param(
        'channels.sms = { template = "sms/elderly" }', 'channels.poster = { template = "poster/bold" }',
        "config-channel-kind", "cannot go to people", id="poster to people",
    ),
    pytest.param(
        'channels.sms = { template = "sms/elderly" }',
        'channels.sms = { template = "sms/elderly", guardians = "first" }',
        "config-unused", "lists of pupils", id="option that would be ignored",
    ),
    pytest.param(
        'channels.sms = { template = "sms/elderly" }', "", "config-missing", "at least one channel", id="no channel"
    ),
    pytest.param(
        'warnings = ["game-items"]', "warnings = []", "config-empty", "at least one warning", id="no warning"
    ),
    pytest.param('warnings = ["game-items"]', "warnings = [1]", "config-type", "list of texts", id="warning as number"),
    pytest.param("rotate = true ", "rotate = 1 ", "config-type", "true or false", id="flag as number"),
    pytest.param("[campaigns.lift-posters]", "[campaigns.Lift_Posters]", "config-name", "a-z", id="name"),
    pytest.param('name = "幸福镇反诈中心"', 'name = " "', "config-empty", "must not be empty", id="empty name"),
    pytest.param('place = "幸福镇"', "", "config-missing", "`place` is missing", id="missing key"),
    pytest.param('signature = "幸福镇反诈中心"', 'signature = "甲】乙"',
        "config-signature", "no brackets", id="brackets"),
    pytest.param('suffix = "拒收请回复R"', 'suffix = "拒收\\n回复R"',
        "config-suffix", "one line", id="suffix of two lines"),
    pytest.param("price = 0.05", "price = nan", "config-price", "three decimals", id="price not a number"),
    pytest.param("price = 0.05", "price = inf", "config-price", "three decimals", id="price without end"),
    pytest.param('"sqlite:///campaigner.db"', '"sqlite://"', "config-store", "is lost", id="store in memory"),
    pytest.param('"sqlite:///campaigner.db"', '"mysql://x"', "config-store", "a file", id="another store"),
    pytest.param(
        '"sqlite:///campaigner.db"', '"postgresql://u:p@h/d"', "config-store-password", "credentials.toml",
        id="password in it",
    ),
    pytest.param(
        '"sqlite:///campaigner.db"', '"postgresql://u:p/a?s#s@h/d"', "config-store-password", "credentials.toml",
        id="odd password in it",
    ),
    pytest.param(
        '"sqlite:///campaigner.db"', '"postgresql://u@h/d?sslmode=require&pass%77ord=p"', "config-store-password",
        "credentials.toml", id="password behind it",
    ),
    pytest.param(
        '"sqlite:///campaigner.db"', '"postgresql://u@h/d?sslpassword=p"', "config-store-password", "credentials.toml",
        id="password of a key",
    ),
    pytest.param(
        '"sqlite:///campaigner.db"', '"postgresql://u@h/d?sslmode=prefer"', "config-store-open", "?sslmode=verify-full",
        id="a line that anybody may read",
    ),
    pytest.param('folder = "out"', 'folder = "audiences"', "config-output", "of their own", id="output over audiences"),
    pytest.param('folder = "out"', 'folder = "../out"', "config-output", "of their own", id="output elsewhere"),
    pytest.param('folder = "out"', 'folder = "."', "config-output", "of their own", id="output over everything"),
    pytest.param('content = "tel:96110"', 'content = "javascript:x"', "config-qr", "tel:NUMBER",
        id="QR code that acts"),
    pytest.param(
        "start = 2026-09-03T16:00:00", "start = 2026-09-03T16:00:00, end = 2026-01-01", "config-schedule",
        "before `start`", id="end before start",
    ),
    pytest.param("[office]", "[ofice]", "config-unknown-key", "`office`", id="misspelt section"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "word"), EDITS)
def test_each_fault_has_its_line(
    tmp_path: Path, shipped: str, old: str, new: str, code: str, word: str
) -> None:
    assert old in shipped
    text = shipped.replace(old, new, 1)
    found = [problem for problem in problems_of(tmp_path, text) if problem.code == code]
    assert found, [str(problem) for problem in problems_of(tmp_path, text)]
    problem = found[0]
    assert word in problem.message
    assert problem.message_zh
    assert problem.source == CONFIG_FILE
    assert problem.line is not None
    if new:
        near = text.split("\n")[problem.line - 1 :]
        first = re.split(r"[ =\]\"]", new.strip("["))[0]
        assert first in "\n".join(near[:12])


def test_a_gateway_is_needed_for_sms(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace('gateway = "carrier"\n', "", 1)
    assert "config-missing" in {problem.code for problem in problems_of(tmp_path, text)}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "config-not-found", id="no file"),
        pytest.param(b"[office\n", "toml-syntax", id="not TOML"),
        pytest.param("[office]\nname = '中'".encode("gb18030"), "config-encoding", id="not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / CONFIG_FILE).write_bytes(content)
    config, problems = load_config(tmp_path)
    assert config is None
    assert [problem.code for problem in problems] == [code]


def test_every_fault_is_listed_at_once(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace("suffix =", "sufix =").replace('zone = "Asia/Shanghai"', 'zone = "X"')
    codes = [problem.code for problem in problems_of(tmp_path, text)]
    assert {"config-unknown-key", "config-zone"} <= set(codes)


def test_an_empty_file_names_what_is_missing(tmp_path: Path) -> None:
    assert {problem.code for problem in problems_of(tmp_path, "")} == {"config-missing"}


def test_a_section_of_the_wrong_shape_is_a_problem(tmp_path: Path) -> None:
    codes = [
        problem.code
        for problem in problems_of(
            tmp_path, "gateways = 3\nsegments = []\n[office]\nname='某镇中心'\nplace='某镇'"
        )
    ]
    assert codes.count("config-type") == 2
