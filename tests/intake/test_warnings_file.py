import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.problem import Level, Problem
from campaigner.domain.warning import Source
from campaigner.intake.warnings import LINE_LIMIT, SHORT_LIMIT, read_catalogue
from tests.checking import read_warning

GOOD = """\
id = "flight"
name = "机票退改签"
aliases = ["航班取消", "退票"]
victims = "准备出行的人"
method = '''
有人来电说航班取消。
'''
red_flags = ["来电说航班取消", "要您下载软件"]
rule = "要您先交钱的，都是诈骗。"
advice = ["自己打航空公司电话"]
short = "要您先交钱的，都是诈骗。"
long = "出门前看一眼。"
headline = "航班取消？"
large = ["航班取消？", "自己打电话问"]
segments = []
valid_from = 2026-01-01
valid_until = 2026-12-31
reviewed_on = 2026-11-20
status = "reviewed"

[[sources]]
report = "R1"
place = "正文"
[[sources]]
report = "R2"
place = "第二段"
"""


def read(folder: Path, text: str, name: str = "flight.toml") -> list[Problem]:
    (folder / name).write_bytes(text.encode())
    warning, problems = read_warning(folder / name, folder)
    assert (warning is None) == bool(problems)
    return problems


def test_a_good_file_becomes_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "warnings"
    folder.mkdir(parents=True)
    path = folder / "flight.toml"
    path.write_bytes(GOOD.encode())
    warning, problems = read_warning(path, tmp_path)
    assert problems == []
    assert warning is not None
    assert (warning.id, warning.aliases, warning.method) == (
        "flight",
        ("航班取消", "退票"),
        "有人来电说航班取消。",
    )
    assert (warning.valid_from, warning.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert warning.sources == (Source("R1", "正文"), Source("R2", "第二段"))
    assert warning.file == "templates/warnings/flight.toml"
    assert warning.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    "line",
    ['aliases = ["航班取消", "退票"]\n', "segments = []\n", "valid_until = 2026-12-31\n"],
    ids=["aliases", "segments", "valid_until"],
)
def test_may_be_left_out(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, GOOD.replace(line, "")) == []


LONG_LINE = "一" * (LINE_LIMIT + 1)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            'id = "flight"', 'id = "flights"', ("warning-id", 1, "flights"), id="id-is-not-the-file-name"
        ),
        pytest.param('name = "机票退改签"\n', "", ("warning-key-missing", 1, "name"), id="key-missing"),
        pytest.param(
            'victims = "',
            'victim = "x"\nvictims = "',
            ("warning-key-unknown", 4, "victim"),
            id="key-misspelt",
        ),
        pytest.param(
            'victims = "准备出行的人"', "victims = 3", ("warning-type", 4, ""), id="number-for-a-text"
        ),
        pytest.param('victims = "准备出行的人"', 'victims = " "', ("warning-empty", 4, ""), id="blank-text"),
        pytest.param(
            '["来电说航班取消", "要您下载软件"]', '"来电"', ("warning-type", 8, ""), id="text-for-a-list"
        ),
        pytest.param('["来电说航班取消", "要您下载软件"]', "[]", ("warning-empty", 8, ""), id="empty-list"),
        pytest.param('"要您下载软件"]', '"", ]', ("warning-empty", 8, ""), id="empty-entry-of-a-list"),
        pytest.param('"要您下载软件"]', "7, ]", ("warning-type", 8, ""), id="number-in-a-list"),
        pytest.param(
            'short = "',
            f'short = "{"一" * (SHORT_LIMIT - 11)}',
            ("warning-too-long", 11, ""),
            id="short-a-unit-too-long",
        ),
        pytest.param(
            'short = "', 'short = "' + "𠮷" * 18, ("warning-too-long", 11, ""), id="short-counts-pairs-double"
        ),
        pytest.param(
            '"航班取消？"\nl',
            f'"{LONG_LINE}"\nl',
            ("warning-too-long", 13, LONG_LINE),
            id="headline-too-long",
        ),
        pytest.param(
            '"自己打电话问"', f'"{LONG_LINE}"', ("warning-too-long", 14, LONG_LINE), id="large-line-too-long"
        ),
        pytest.param("2026-01-01", '"2026-01-01"', ("warning-type", 16, ""), id="date-in-quotes"),
        pytest.param("2026-01-01", "2026-01-01T00:00:00", ("warning-type", 16, ""), id="date-with-a-time"),
        pytest.param(
            "2026-12-31", "2025-12-31", ("warning-dates", 17, "2025-12-31"), id="ends-before-it-begins"
        ),
        pytest.param('"reviewed"', '"review"', ("warning-status", 19, "review"), id="unknown-status"),
        pytest.param(
            'report = "R2"\n', "", ("warning-key-missing", 24, "report"), id="source-without-report"
        ),
        pytest.param(
            '"第二段"',
            '"第二段"\npage = 3',
            ("warning-key-unknown", 27, "page"),
            id="unknown-key-of-a-source",
        ),
        pytest.param('"第二段"', '""', ("warning-empty", 26, ""), id="source-with-empty-place"),
        pytest.param('"第二段"', "2", ("warning-type", 26, ""), id="source-with-a-number"),
        pytest.param('status = "reviewed"', 'status = "', ("toml-syntax", 19, ""), id="syntax-fault"),
    ],
)
def test_one_fault_is_one_problem_with_its_line(
    tmp_path: Path, old: str, new: str, fault: tuple[str, int, str]
) -> None:
    code, line, shown = fault
    problems = read(tmp_path, GOOD.replace(old, new, 1))
    assert [(problem.code, problem.line) for problem in problems] == [(code, line)]
    assert shown in f"{problems[0].message} {problems[0].value}"
    assert problems[0].source == "flight.toml"
    assert problems[0].level is Level.BLOCK
    assert problems[0].message_zh


def test_short_may_fill_its_limit(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace('short = "', f'short = "{"一" * (SHORT_LIMIT - 12)}', 1)) == []


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param("sources = []\n", id="empty-list"),
        pytest.param('sources = "R1"\n', id="text"),
        pytest.param('sources = ["R1"]\n', id="list-of-texts"),
        pytest.param("", id="none"),
    ],
)
def test_sources_must_be_given(tmp_path: Path, sources: str) -> None:
    problems = read(tmp_path, sources + GOOD.partition("\n[[sources]]")[0])
    assert [problem.line for problem in problems] == [1]
    assert "sources" in str(problems[0]) or "source" in problems[0].message


def test_misspelt_key_gets_a_suggestion(tmp_path: Path) -> None:
    problems = read(tmp_path, GOOD.replace("red_flags", "red_flag"))
    unknown = next(problem for problem in problems if problem.code == "warning-key-unknown")
    assert "red_flags" in unknown.message
    assert "red_flags" in unknown.message_zh


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    problems = read(tmp_path, 'id = "other"\nshort = 3\nstatus = "done"\n')
    assert {"warning-id", "warning-type", "warning-status", "warning-key-missing"} <= {
        p.code for p in problems
    }


def test_other_encoding_is_a_problem_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "flight.toml").write_bytes(b'id = "flight"\nname = "' + "机票".encode("gb18030"))
    warning, problems = read_warning(tmp_path / "flight.toml", tmp_path)
    assert warning is None
    assert [(problem.code, problem.line) for problem in problems] == [("file-not-utf8", 2)]


def test_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    warning, problems = read_warning(tmp_path / "folder.toml", tmp_path)
    assert warning is None
    assert [problem.code for problem in problems] == ["file-unreadable"]


def test_catalogue_is_by_id_and_leaves_faulty_files_out(tmp_path: Path) -> None:
    (tmp_path / "flight.toml").write_bytes(GOOD.encode())
    (tmp_path / "broken.toml").write_text("id = ", encoding="utf-8")
    (tmp_path / ".#flight.toml").write_text("an editor's lock", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no warning", encoding="utf-8")
    catalogue, problems = read_catalogue(tmp_path, tmp_path)
    assert list(catalogue) == ["flight"]
    assert {problem.source for problem in problems} == {"broken.toml"}


@pytest.mark.parametrize(
    ("name", "aliases", "place", "label"),
    [
        pytest.param("机票退改签", "[]", (2, 1), "机票退改签", id="same-name"),
        pytest.param("退票", "[]", (2, 1), "退票", id="name-is-an-alias-elsewhere"),
        pytest.param("购物", '["包邮", "退票"]', (3, 18), "退票", id="alias-is-an-alias-elsewhere"),
        pytest.param("购物", '["购物"]', (3, 12), "购物", id="alias-is-its-own-name"),
    ],
)
def test_a_label_stands_once_in_the_catalogue(
    tmp_path: Path, name: str, aliases: str, place: tuple[int, int], label: str
) -> None:
    other = GOOD.replace('"flight"', '"shopping"').replace('"机票退改签"', f'"{name}"')
    other = other.replace('["航班取消", "退票"]', aliases)
    (tmp_path / "flight.toml").write_bytes(GOOD.encode())
    (tmp_path / "shopping.toml").write_bytes(other.encode())
    _, problems = read_catalogue(tmp_path, tmp_path)
    assert [(p.code, p.source, p.line, p.column, p.value) for p in problems] == [
        ("warning-name-taken", "shopping.toml", *place, label)
    ]


def test_missing_folder_is_a_problem(tmp_path: Path) -> None:
    catalogue, problems = read_catalogue(tmp_path / "templates" / "warnings", tmp_path)
    assert catalogue == {}
    assert [(p.code, p.source) for p in problems] == [("warnings-folder-missing", "templates/warnings")]


@given(st.data())
def test_any_damage_to_a_file_is_a_problem_or_still_a_warning(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 40)))
    text = GOOD[:start] + data.draw(st.text(alphabet='=[]"一1\n', max_size=3)) + GOOD[end:]
    folder = tmp_path_factory.mktemp("damaged")
    for problem in read(folder, text):
        assert problem.line is not None


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "flight.toml"
    path.write_text(GOOD + "#" * (300 << 10), encoding="utf-8")
    warning, problems = read_warning(path, tmp_path)
    assert warning is None
    assert [(problem.code, problem.line) for problem in problems] == [("file-too-large", 1)]
