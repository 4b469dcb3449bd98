"""Names, links, pipes and manifests that a stranger made: nothing is read, written or moved where it should not be."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.drops import Dropped, Journal
from campaigner.domain.filename import safe_name
from campaigner.domain.place import stays_inside
from campaigner.errors import GatewayError
from campaigner.exports.parcel import Parcel, put
from tests.hostile.desk import DECEMBER, ELDERLY, LETTER, call, replace_in, road

OUTSIDE = [
    "/etc/passwd", "../secret.csv", "audiences/../../secret.csv", "..", "a/..", "C:/x.csv", "C:x.csv", "\\\\server\\x",
    "..\\secret.csv", "\\x", "//server/x", "a\0b", "", "a/.. /.. /x", "c:",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out(name: str) -> None:
    assert not stays_inside(name)


@pytest.mark.parametrize("name", ["audiences/residents.csv", "名单/老人..csv", "./a.csv", "a..b/c", "..."])
def test_a_name_that_stays_inside(name: str) -> None:
    assert stays_inside(name)


@pytest.mark.parametrize("name", [name for name in OUTSIDE if name and "\0" not in name])
def test_no_file_of_the_machine_is_read_as_a_list(
    office: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    (office.parent / "secret.csv").write_text("姓名,手机号,暗号\n张三,13800138000,天王盖地虎\n", "utf-8")
    replace_in(office / "config.toml", 'file = "audiences/residents.csv"', f"file = {json.dumps(name)}")
    said = call(capfd, office, "check")
    assert said.status == 1
    assert "config-audience-file" in said.err
    assert "暗号" not in said.out + said.err
    assert "root:" not in said.out + said.err


HOSTILE_NAMES = [
    "../../escaped", "..", ".", "/etc/cron.d/x", "C:\\x", "a/b", "a\\b", "con", "nul.txt", "a\0b", "a\nb", ".hidden",
    "$(id)", "`id`", "; rm -rf ~", "-rf", "名" * 300, "\u202egnp", "*", "~", "",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_from_a_list_is_one_plain_file_name(name: str) -> None:
    made = safe_name(name)
    assert made
    assert made not in {".", ".."}
    assert not set(made) & set('/\\\0\n<>:"|?*\u202e')
    assert not made.startswith(".")
    assert len(made.encode()) <= 255


def test_classes_with_hostile_names_stay_in_their_folder(
    office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Through the whole road: school and class become the folders and files of the letters."""
    place = office / "audiences/pupils.csv"
    head, *lines = place.read_text("utf-8-sig").splitlines()
    school, group = head.split(",").index("学校"), head.split(",").index("班级")
    changed = []
    for number, line in enumerate(lines):
        cells = line.split(",")
        cells[school] = ["../../escaped", "/tmp/escaped", "..", "a/../../b"][number % 4]
        cells[group] = ["..", "../x", "con", "`touch escaped`"][number % 4]
        changed.append(",".join(cells))
    place.write_text("\n".join([head, *changed]), "utf-8")
    before = {path for path in office.parent.rglob("*") if office not in path.parents}
    call(capfd, office, "plan", *DECEMBER)
    for command in (["generate", LETTER], ["approve", LETTER, "--by", "李所长"], ["export", LETTER]):
        assert call(capfd, office, *command).status == 0
    folder = office / "out" / LETTER
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert all((folder / path).resolve().is_relative_to(folder.resolve()) for path in manifest["files"])
    assert {path for path in office.parent.rglob("*") if office not in path.parents} == before
    assert not list(office.rglob("escaped"))


RUNS = ["../../etc", "/etc/passwd", "a'; DROP TABLE run; --", "$(id)", "..", "\x00", "%s%n", "' OR '1'='1"]


@pytest.mark.parametrize("code", RUNS)
@pytest.mark.parametrize("command", ["generate", "approve", "export", "preview", "slip", "send", "cancel"])
def test_a_hostile_run_is_no_run(
    office: Path, capfd: pytest.CaptureFixture[str], command: str, code: str
) -> None:
    by = ["--by", "李所长"] if command in {"approve", "cancel"} else []
    why = ["--reason", "x"] if command == "cancel" else []
    said = call(capfd, office, command, code, *by, *why)
    assert said.status in {1, 2}
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["../x", "a/b", "a b", "A", "老人", "a" * 41, "", "$(id)", "a.b"])
def test_a_hostile_campaign_has_no_runs(office: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    replace_in(office / "config.toml", "[campaigns.elderly-monday]", f"[campaigns.{json.dumps(name)}]")
    said = call(capfd, office, "check")
    assert "config-name" in said.err


def test_links_in_the_output_folder_are_replaced_not_followed(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whoever may write to the output folder must not be able to write to, or move, the clerk's other files."""
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (treasure / "diary.txt").write_text("mine")
    out = office / "out"
    # Papers beside a store that is not there would be those of a lost one.
    assert call(capfd, office, "plan", *DECEMBER).status == 0
    for folder in (out, out / "approval", office / "preview"):
        folder.mkdir(exist_ok=True)
    (out / LETTER).symlink_to(treasure)
    (out / f".{LETTER}.old").symlink_to(treasure)
    (out / ELDERLY).symlink_to(tmp_path / "nowhere")
    (out / "approval" / f"{ELDERLY}.pdf").symlink_to(treasure / "diary.txt")
    for name in (f"{LETTER}-letter-1.pdf", f".{LETTER}-letter-1.pdf.partial", f"{LETTER}-letter-1.png"):
        (office / "preview" / name).symlink_to(treasure / "diary.txt")
    (out / "pack.zip").symlink_to(treasure / "diary.txt")
    (out / ".pack.zip.partial").symlink_to(treasure / "diary.txt")
    road(capfd, office, ELDERLY, LETTER)
    assert call(capfd, office, "preview", LETTER).status == 0
    assert call(capfd, office, "slip", ELDERLY).status == 0
    evidence = ("log", "evidence", "--month", "2026-12", "--to", str(out / "pack.zip"))
    assert call(capfd, office, *evidence, now="2026-12-31T17:00").status == 0
    assert [path.name for path in treasure.iterdir()] == ["diary.txt"]
    assert (treasure / "diary.txt").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert not (out / LETTER).is_symlink()
    assert (out / LETTER / "manifest.json").is_file()


def test_a_link_in_place_of_what_is_being_built_stops_the_export(tmp_path: Path) -> None:
    (tmp_path / "treasure").mkdir()
    (tmp_path / "treasure/diary.txt").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.run.partial").symlink_to(tmp_path / "treasure")
    with pytest.raises(Exception, match="cannot be written"):
        Parcel(tmp_path / "out", "run")
    assert (tmp_path / "treasure/diary.txt").read_text() == "mine"


def test_a_link_in_place_of_the_journal_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("")
    journal = Journal(tmp_path / ".run.dropped", "here")
    (tmp_path / ".run.dropped").symlink_to(tmp_path / "diary.txt")
    with pytest.raises(GatewayError, match="cannot be written"):
        journal.note("a", "0", Dropped.DONE)
    assert (tmp_path / "diary.txt").read_text() == ""


def test_what_links_lead_to_is_not_packed(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    road(capfd, office, ELDERLY)
    (office / "out/approval").mkdir(exist_ok=True)
    (office / "out/approval" / f"{ELDERLY}-more.pdf").symlink_to(office / "audiences/residents.csv")
    pack = tmp_path / "pack.zip"
    call(capfd, office, "log", "evidence", "--month", "2026-12", "--to", str(pack), now="2026-12-31T17:00")
    with zipfile.ZipFile(pack) as package:
        assert not any("more" in name for name in package.namelist())


def test_a_link_among_the_carriers_files_is_neither_read_nor_moved(
    office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inbox = office / "receipts/carrier"
    inbox.mkdir(parents=True)
    (inbox / "status.csv").symlink_to(office / "audiences/residents.csv")
    os.mkfifo(inbox / "pipe.csv")
    call(capfd, office, "daemon", "--once")
    assert (inbox / "status.csv").is_symlink()
    assert not (inbox / "read").exists()


@pytest.mark.parametrize("device", ["pipe", "/dev/zero", "/dev/full"])
def test_a_pipe_in_place_of_a_list_ends(office: Path, capfd: pytest.CaptureFixture[str], device: str) -> None:
    place = office / "audiences/residents.csv"
    place.unlink()
    if device == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(device)
    said = call(capfd, office, "check")
    assert "file-unreadable" in said.err


@pytest.mark.parametrize("name", ["sms/x.txt.jinja", "letter/x.md.jinja", "warnings/x.toml"])
def test_a_pipe_among_the_templates_ends(office: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    os.mkfifo(office / "templates" / name)
    said = call(capfd, office, "check")
    assert said.status == 1
    assert "file-unreadable" in said.err


@pytest.mark.parametrize("device", ["pipe", "/dev/zero"])
def test_a_pipe_as_a_report_ends(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, device: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = call(capfd, office, "reports", "import", str(tmp_path / device))
    assert said.status == 1
    assert "report-unreadable" in said.err


def test_put_replaces_a_pipe_and_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    put(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_put_writes_to_a_device() -> None:
    put(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()


def test_put_replaces_a_link(tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("mine")
    (tmp_path / "a").symlink_to(tmp_path / "diary")
    put(tmp_path / "a", b"new")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "diary").read_text()) == (b"new", "mine")


DEEP = "[" * 100_000
MANIFESTS: list[Any] = [
    pytest.param(b"", id="empty"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="list"),
    pytest.param(DEEP.encode(), id="deep"),
    pytest.param(b'{"files": ' + DEEP.encode() + b"}", id="deep inside"),
    pytest.param(b'{"files": {"a": null}}', id="no facts"),
    pytest.param(b'{"files": {"sms/x.csv": {"bytes": 1e999, "sha256": 1}}}', id="infinity"),
    pytest.param(b'{"files": {"\\u0000": {}}}', id="NUL in a name"),
    pytest.param(json.dumps({"files": {"x" * 5000: {}}}).encode(), id="long name"),
    pytest.param(b'{"files": {"loop/a": {}}}', id="links in a circle"),
    pytest.param(b'{"files": {"../../../../etc/passwd": {"bytes": 1, "sha256": ""}}}', id="outside"),
    pytest.param(b'{"files": {"/etc/passwd": {"bytes": 1, "sha256": ""}}}', id="absolute"),
    pytest.param(b'{"files": {"out": {"bytes": 1, "sha256": ""}}}', id="link to outside"),
    pytest.param(
        b'{"files": {}, "batches": [{"batch": 1, "files": ["a"], "rows": 1, "parts": 1}]}', id="no such file"
    ),
    pytest.param(b'{"files": {}, "batches": 5}', id="no list"),
    pytest.param(b'{"files": {}, "totals": []}', id="no totals"),
    pytest.param(
        b'{"files": {}, "channels": [{"channel": "sms", "recipients": "x"}]}', id="text for a number"
    ),
    pytest.param(b'{"files": {}, "quantity": 1' + b"0" * 5000 + b"}", id="long number"),
    pytest.param(b"\xff\xfe\x00", id="no UTF-8"),
]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_hostile_manifest_is_refused(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, manifest: bytes
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "loop").symlink_to("loop")
    (folder / "out").symlink_to("/etc/passwd")
    said = call(capfd, office, "export", "verify", str(folder))
    assert said.status in {1, 2}
    assert "root:" not in said.out + said.err


FACTS: list[Any] = [
    pytest.param(b"a,b\n", "x.csv", {"charset": "no-such"}, id="unknown character set"),
    pytest.param(b"a,b\n", "x.csv", {"charset": "zlib_codec"}, id="a codec of bytes"),
    pytest.param(b"a,b\n", "x.csv", {"charset": 7}, id="number for a character set"),
    pytest.param(b"a,b\n", "x.csv", {"header": float("inf")}, id="infinite header"),
    pytest.param(b"a,b\n", "x.csv", {"header": "1" * 5000}, id="long header"),
    pytest.param(b'"' + b"a" * 200_000 + b'"', "x.csv", {}, id="huge cell"),
    pytest.param(DEEP.encode(), "x.jsonl", {}, id="deep line"),
    pytest.param(b"PK\x05\x06" + b"\0" * 18, "x.xlsx", {}, id="empty package"),
    pytest.param(b"no package", "x.xlsx", {}, id="no package"),
]


@pytest.mark.parametrize(("content", "name", "facts"), FACTS)
def test_a_file_that_cannot_be_counted_is_told_of(
    office: Path,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes,
    name: str,
    facts: dict[str, Any],
) -> None:
    from hashlib import sha256

    folder = tmp_path / "run"
    folder.mkdir()
    (folder / name).write_bytes(content)
    stated = {"bytes": len(content), "sha256": sha256(content).hexdigest(), "rows": 1, **facts}
    (folder / "manifest.json").write_text(json.dumps({"files": {name: stated}}))
    said = call(capfd, office, "export", "verify", str(folder))
    assert said.status == 1
    assert "its rows cannot be counted" in said.err


def test_a_pipe_in_place_of_a_manifest_ends(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    os.mkfifo(folder / "manifest.json")
    assert call(capfd, office, "export", "verify", str(folder)).status == 2


PACKS: list[Any] = [
    pytest.param("{}", "", id="nothing"),
    pytest.param('{"../../../etc/passwd": ""}', "", id="outside"),
    pytest.param('{"a\\u001b[2J": "0"}', "", id="escape sequence"),
    pytest.param("[]", "", id="list"),
    pytest.param("{}", "{}\n", id="empty entry"),
    pytest.param("{}", "null\n", id="null entry"),
    pytest.param("{}", DEEP + "\n", id="deep entry"),
]


@pytest.mark.parametrize(("contents", "entries"), PACKS)
def test_the_script_of_a_pack_survives_the_pack(tmp_path: Path, contents: str, entries: str) -> None:
    import campaigner.exports.pack_verify as script

    (tmp_path / "verify.py").write_text(Path(script.__file__).read_text("utf-8"), "utf-8")
    (tmp_path / "contents.json").write_text(contents)
    (tmp_path / "log.jsonl").write_text(entries)
    ran = subprocess.run(
        [sys.executable, "verify.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr == ""
    assert "\x1b" not in ran.stdout
