"""Every row comes back as it was written, whatever the profile, and no limit of a platform is passed."""

import csv
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from campaigner.delivery.files import FilesGateway
from campaigner.delivery.gateway import Outgoing, Shipment
from campaigner.delivery.profiles import (
    DEFAULT,
    PHONES,
    Profile,
    find_profile,
    read_profile,
    shipped,
    shipped_profile,
)
from campaigner.domain import sms
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from campaigner.exports.parcel import Parcel, manifest_of
from campaigner.exports.whole import check_folder
from tests.conftest import SHANGHAI

DUE = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
COLUMNS = '[[columns]]\nvalue = "phone"\nheader = "a"\n[[columns]]\nvalue = "text"\nheader = "b"\n'


def profile_of(head: str, columns: str = COLUMNS) -> Profile:
    profile, problems = read_profile(f'title = "试"\n{head}\n{columns}', "x.toml")
    assert profile is not None, problems
    return profile


def batch(texts: Sequence[str], block: int = 3) -> Shipment:
    messages = [Outgoing(100 + number, 13800138000 + number, text) for number, text in enumerate(texts)]

    def read() -> Iterator[Sequence[Outgoing]]:
        for start in range(0, len(messages), block):
            yield messages[start : start + block]

    return Shipment("ab-20261201-0900", 1, len(texts), sum(map(sms.parts, texts)), DUE, read)


def made(profile: Profile | str, formats: Sequence[str] = (), suffix: str = "") -> FilesGateway:
    options = {"profile": profile, "formats": tuple(formats), "rows_per_file": 50_000}
    return FilesGateway(GatewayPlan("carrier", "files", "某中心", suffix, 50, options), {})


def sent(gateway: FilesGateway, shipment: Shipment, folder: Path) -> Path:
    parcel = Parcel(folder, "run")
    gateway.ship(shipment, parcel)
    parcel.seal({})
    return folder / "run"


def rows_in(path: Path, profile: Profile) -> list[tuple[str, ...]]:
    """The rows of a file as another program reads them, without the header line."""
    if path.suffix == ".jsonl":
        return [tuple(json.loads(line).values()) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".xlsx":
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [tuple(map(str, row)) for row in rows][int(profile.header) :]
    with path.open(encoding=profile.charset, newline="") as file:
        return [tuple(row) for row in csv.reader(file)][int(profile.header) :]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=90).map(
    lambda text: f"【某中心】{text}"
)
FORMS = st.builds(
    lambda header, charset, end, phone, limit: profile_of(
        f'header = {str(header).lower()}\ncharset = "{charset}"\nline_end = "{end}"\nphone = "{phone}"\n'
        f'bytes_per_file = {limit}\nformats = ["csv", "xlsx", "jsonl"]'
    ),
    st.booleans(), st.sampled_from(["utf-8-sig", "utf-8", "gb18030"]), st.sampled_from(["crlf", "lf"]),
    st.sampled_from(sorted(PHONES)), st.sampled_from([0, 5_600, 6_000]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(FORMS, st.lists(TEXT, min_size=1, max_size=40), st.integers(1, 7))
def test_every_row_comes_back_as_written_and_split_files_add_up(
    profile: Profile, texts: list[str], block: int
) -> None:
    shipment = batch(texts, block)
    head = PHONES[profile.phone]
    expected = [(f"{head}{13800138000 + number}", text) for number, text in enumerate(texts)]
    with TemporaryDirectory() as name:
        folder = sent(made(profile), shipment, Path(name))
        manifest = manifest_of(folder)
        for ending in profile.formats:
            paths = sorted((folder / "sms").glob(f"*.{ending}"))
            assert [row for path in paths for row in rows_in(path, profile)] == expected
            facts = [manifest["files"][path.relative_to(folder).as_posix()] for path in paths]
            assert sum(each["rows"] for each in facts) == manifest["totals"]["rows"] == len(texts)
            assert sum(each["parts"] for each in facts) == manifest["totals"]["parts"] == shipment.parts
            assert (
                not profile.bytes_per_file or max(each["bytes"] for each in facts) <= profile.bytes_per_file
            )
        assert [line for line in check_folder(folder).differs if "signing.pub" not in line] == []


def test_the_default_writes_what_it_always_wrote(tmp_path: Path) -> None:
    folder = sent(made(DEFAULT), batch(["【某中心】甲,乙", "【某中心】丙"]), tmp_path)
    names = sorted(path.name for path in (folder / "sms").iterdir())
    assert names == ["ab-20261201-0900-001.csv", "ab-20261201-0900-001.xlsx"]
    assert (folder / "sms" / names[0]).read_bytes() == (
        '\ufeff手机号码,短信内容,编号\r\n13800138000,"【某中心】甲,乙",100\r\n13800138001,【某中心】丙,101\r\n'.encode()
    )


def test_the_neutral_form_says_when_and_in_which_batch(tmp_path: Path) -> None:
    folder = sent(made("neutral", ["jsonl"]), batch(["【某中心】甲"]), tmp_path)
    (path,) = (folder / "sms").iterdir()
    assert json.loads(path.read_text("utf-8")) == {
        "mobile": "13800138000", "content": "【某中心】甲", "send_time": "2026-12-01 09:00:00",
        "batch_id": "ab-20261201-0900-001", "msg_id": "100",
    }  # fmt: skip


def test_a_form_of_numbers_only_brings_the_text_beside_it(tmp_path: Path) -> None:
    profile = shipped_profile("huawei-upload")
    folder = sent(made(profile), batch(["【某中心】甲"] * 4), tmp_path)
    files = {path.name: path for path in (folder / "sms").iterdir()}
    assert sorted(files) == ["ab202612010900第001批.xlsx", "ab202612010900第001批短信内容.txt"]
    assert rows_in(files["ab202612010900第001批.xlsx"], profile) == [
        (str(13800138000 + n),) for n in range(4)
    ]
    assert files["ab202612010900第001批短信内容.txt"].read_text("utf-8-sig") == "【某中心】甲\n"
    with pytest.raises(GatewayError, match="numbers only"):
        sent(made(profile), batch(["【某中心】甲", "【某中心】乙"]), tmp_path / "b")


def test_what_the_platform_adds_is_taken_off_and_the_manifest_says_so(tmp_path: Path) -> None:
    profile = profile_of('signature = "platform"\nsuffix = "platform"\nformats = ["csv"]')
    folder = sent(made(profile, suffix="拒收请回复R"), batch(["【某中心】甲。拒收请回复R"]), tmp_path)
    (path,) = (folder / "sms").iterdir()
    assert rows_in(path, profile) == [("13800138000", "甲。")]
    notes = manifest_of(folder)["sms"]
    assert (notes["signature"], notes["signature_by"], notes["suffix_by"]) == (
        "某中心",
        "platform",
        "platform",
    )
    with pytest.raises(GatewayError, match="lacks the signature"):
        sent(made(profile), batch(["甲"]), tmp_path / "b")
    with pytest.raises(GatewayError, match="formula"):
        sent(made(profile), batch(["【某中心】=1"]), tmp_path / "c")


@pytest.mark.parametrize(
    ("head", "text", "match"),
    [
        ('charset = "gbk"', "【某中心】\U00020bb7", r"message 101 .*U\+20BB7.* gbk cannot write"),
        ("longest_text = 20", "【某中心】" + "长" * 16, "message 101 has 21 characters.* takes 20"),
        ("longest_text = 20", "【某中心】" + "\U0001f600" * 8, "message 101 has 21 characters"),
        ("bytes_per_file = 30", "【某中心】甲", "one message alone"),
        ("", "【某中心】\ud800", r"message 101 .*U\+D800"),
    ],
)
def test_what_the_platform_would_not_take_is_refused(
    head: str, text: str, match: str, tmp_path: Path
) -> None:
    gateway = made(profile_of(f'formats = ["csv"]\n{head}'))
    with pytest.raises(GatewayError, match=match):
        sent(gateway, batch(["【某中心】", text]), tmp_path)


def test_a_batch_that_lacks_messages_is_refused(tmp_path: Path) -> None:
    whole = batch(["【某中心】甲"] * 3)
    short = Shipment(whole.run, 1, 4, 4, DUE, whole.messages)
    with pytest.raises(GatewayError, match="should have 4 messages; 3 were found"):
        sent(made(DEFAULT), short, tmp_path)


def test_formats_default_to_those_of_the_profile(tmp_path: Path) -> None:
    folder = sent(made("neutral"), batch(["【某中心】甲"]), tmp_path)
    assert {path.suffix for path in (folder / "sms").iterdir()} == {".csv", ".xlsx", ".jsonl"}
    assert made("huawei-upload").rows_per_batch == 50_000


@pytest.mark.parametrize("name", shipped())
def test_shipped_profiles_are_without_a_problem(name: str, tmp_path: Path) -> None:
    profile, problems = find_profile(name, tmp_path)
    assert profile is not None
    assert problems == []


def test_a_users_own_profile_goes_first_and_is_bound_to_the_approval(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "carriers" / "neutral.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f'title = "本县移动"\nformats = ["csv"]\n{COLUMNS}', "utf-8")
    options, faults = FilesGateway.prepare({"profile": "neutral", "formats": ("csv",)}, tmp_path)
    assert faults == []
    assert options["profile"].title == "本县移动"
    _, faults = FilesGateway.prepare(
        {"profile": "templates/carriers/neutral.toml", "formats": ("xlsx",)}, tmp_path
    )
    assert [(fault.key, fault.message) for fault in faults] == [
        ("formats", "the platform's profile takes csv only")
    ]
    _, faults = FilesGateway.prepare({"profile": "pigeon", "formats": ()}, tmp_path)
    assert "no such profile; known are huawei-upload, neutral, upload-form" in faults[0].message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"title = \n{COLUMNS}", 1, "not valid TOML"),
        (f'title = "a"\nchraset = "utf-8"\n{COLUMNS}', 2, "did you mean `charset`?"),
        (f'title = "a"\n\ncharset = "latin-1"\n{COLUMNS}', 3, "known are utf-8-sig, utf-8"),
        (f'title = "a"\nformats = ["pdf"]\n{COLUMNS}', 2, "known are csv, xlsx"),
        (f'title = "a"\nrows_per_file = -1\n{COLUMNS}', 2, "at least 0"),
        (f'title = "a"\nheader = "yes"\n{COLUMNS}', 2, "true or false"),
        (f'title = "a"\nfile_name = "{{run}}"\n{COLUMNS}', 2, "{number} and {run}"),
        (f'title = "a"\nfile_name = "../{{run}}{{number}}"\n{COLUMNS}', 2, "a file's name"),
        (f'title = "a"\nfile_name = "{{run}}{{number.x}}"\n{COLUMNS}', 2, "{number} and {run}"),
        (COLUMNS, 1, "`title` is missing"),
        ('title = "a"\n[[columns]]\nvalue = "text"', 2, "`phone` once"),
        (
            f'title = "a"\n{COLUMNS}[[columns]]\nvalue = "phone"\nheader = "c"',
            8,
            "`phone` must not stand twice",
        ),
        (f'title = "a"\n{COLUMNS}[[columns]]\nvalue = "id"\nheader = "a"', 8, "`a` must not stand twice"),
        (f'title = "a"\n{COLUMNS}[[columns]]\nvalue = "id"\nwidth = -3', 10, "at least 0"),
        (f'title = "a"\nformats = []\n{COLUMNS}', 2, "must not be empty"),
        (f'title = "a"\ncharset = ""\n{COLUMNS}', 2, "unknown value ``"),
        (f'title = "a"\nstatus = "ok"\n{COLUMNS}', 2, "wants a table"),
        (f'title = "a"\n{COLUMNS}[[columns]]\nvalue = "pohne"', 9, "did you mean `phone`?"),
        (
            f'title = "a"\n{COLUMNS}[status.words]\n"成功" = "arrived"',
            9,
            "unknown value `arrived`",
        ),
        (f'title = "a"\n{COLUMNS}[status.columns]\n"状态" = "state"', 9, "did you mean `status`?"),
    ],
)
def test_faults_of_a_profile_are_told_with_their_line(text: str, line: int, said: str) -> None:
    profile, problems = read_profile(text, "x.toml")
    assert profile is None
    assert [(found.line, said in found.message) for found in problems] == [(line, True)], problems


@pytest.mark.parametrize("head", ["longest_text = 20", "bytes_per_file = 9000\nlongest_text = 20"])
def test_no_row_is_left_outside_of_the_folder_when_a_workbook_cannot_be_finished(
    head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "system"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    gateway = made(profile_of(f'formats = ["xlsx"]\n{head}'))
    texts = ["【某中心】甲"] * 3_000
    with pytest.raises(GatewayError, match="has 21 characters"):
        sent(gateway, batch([*texts, "【某中心】" + "长" * 16]), tmp_path / "out")
    assert list(elsewhere.iterdir()) == []
    assert sent(gateway, batch(texts), tmp_path / "again")
    assert [path.name for path in (tmp_path / "again").rglob("tmp*")] == []
