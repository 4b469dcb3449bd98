"""PDF files are read by a child with bounds: one that swells, hangs or breaks it is one problem, and others go on."""

import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from campaigner.intake.reports import pdf as reading
from campaigner.intake.reports.formats import read_original
from campaigner.intake.reports.pdf import LockedError, TooMuchError, pdf_pages
from tests.pace import references

Pdf = Callable[[Sequence[Sequence[str]]], bytes]
LINES = ["社区民警走访了辖区的居民小区，提醒大家谨防电信网络诈骗。"]
SOON = 300


def bomb(size: int) -> bytes:
    """A page whose content unpacks to very much: a stream packed twice."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + packer.flush()
    stream = zlib.compress(once, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream"
        % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + table
    return out + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start


@pytest.mark.skipif(sys.platform != "linux", reason="the system holds no process to its memory")
def test_a_bomb_is_one_problem_and_the_next_file_is_read(pdf: Pdf) -> None:
    data = bomb(2 << 30)
    assert len(data) < 100_000
    assert [problem.code for problem in read_original(data, "bomb.pdf")[1]] == ["report-too-much"]
    original, problems = read_original(pdf([LINES]), "a.pdf")
    assert original is not None
    assert problems == []


def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Another child in the place of ours."""
    place = tmp_path / "child.py"
    place.write_text(body, "utf-8")
    monkeypatch.setattr(reading, "_SCRIPT", place)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
        pytest.param("import sys; sys.exit(3)", id="ends without a word"),
        pytest.param("print('[]')", id="another word"),
        pytest.param("print('not json')", id="garbage"),
        pytest.param("print('{\"x\": 1}')", id="no answer"),
        pytest.param("print('[' * 100000)", id="brackets without end"),
    ],
)
def test_a_child_that_breaks_is_one_problem(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, body)
    with pytest.raises(TooMuchError):
        pdf_pages(b"%PDF-" + bytes(1 << 20))


def test_a_child_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, monkeypatch, "import time; time.sleep(3600)")
    monkeypatch.setattr(reading, "_SECONDS", 0.25)

    def take() -> None:
        with pytest.raises(TooMuchError):
            pdf_pages(b"%PDF-" + bytes(1 << 20))

    assert references(take) < SOON


def test_a_child_that_never_stops_talking_is_not_listened_to_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, "while True: print('x' * 65536)")
    monkeypatch.setattr(reading, "_SAID", 1 << 20)
    with pytest.raises(TooMuchError):
        pdf_pages(b"%PDF-")


@pytest.mark.skipif(os.name != "posix", reason="the system holds no process to its work")
def test_the_child_is_held_to_its_work(tmp_path: Path) -> None:
    code = (
        f"import runpy; child = runpy.run_path({str(reading._SCRIPT)!r}); child['bound'](1 << 30, 1)\n"
        "import resource; print(resource.getrlimit(resource.RLIMIT_AS)[0])\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[0])\n"
        "child['bound'](1 << 40, 9)\nprint(resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert said == [str(1 << 30), "1", str(1 << 30)]


def test_what_it_says_arrives(pdf: Pdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGNER_CARRIER_PASSWORD", "hush")
    pages = pdf_pages(pdf([LINES, [], LINES]))
    assert (pages.count, len(pages.texts)) == (3, 3)
    assert LINES[0] in pages.texts[0]
    with pytest.raises(ValueError, match="format"):
        pdf_pages(b"%PDF-1.4 damaged")
    monkeypatch.setattr(reading, "_PAGES", 2)
    assert len(pdf_pages(pdf([LINES] * 3)).texts) == 2
    monkeypatch.setattr(reading, "_CHARACTERS", 5)
    assert len(pdf_pages(pdf([LINES] * 3)).texts) == 1


def test_no_secret_of_ours_is_handed_to_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGNER_CARRIER_PASSWORD", "hush")
    script(
        tmp_path, monkeypatch,
        "import json, os; print(json.dumps({'locked': str([n for n in os.environ if n.startswith('CAMPAIGNER')])}))",
    )  # fmt: skip
    with pytest.raises(LockedError, match=r"^\[\]$"):
        pdf_pages(b"%PDF-")
