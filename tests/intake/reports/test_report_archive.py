import json

import pytest

from campaigner.domain.problem import Level
from campaigner.errors import StoreError
from campaigner.intake.reports.archive import Archive


def test_a_file_is_kept_with_its_original_and_comes_back_the_same(tmp_path, data):
    archive = Archive(tmp_path)
    imported, problems = archive.add(data / "street_month.txt", "四月.txt")
    assert problems
    folder = tmp_path / "reports" / imported.sha256[:12]
    assert (folder / "original.txt").read_bytes() == (data / "street_month.txt").read_bytes()
    assert {path.name for path in folder.iterdir()} == {"original.txt", "decoded.txt", "cleaned.json"}
    assert Archive(tmp_path).load_all() == [imported]
    decoded = (folder / "decoded.txt").read_bytes().decode()
    start, _ = imported.reports[0].names[0]
    assert decoded[imported.reports[0].original(start)] == "沈"


def test_the_same_file_is_not_kept_twice(tmp_path, data):
    archive = Archive(tmp_path)
    first, _ = archive.add(data / "page.html")
    again, problems = archive.add(data / "page.html", "another name.html")
    assert again == first
    assert [(problem.code, problem.level) for problem in problems] == [("report-known", Level.INFO)]
    assert len(archive.load_all()) == 1


def test_the_same_report_in_another_dress_is_told(tmp_path, data, dress):
    archive = Archive(tmp_path)
    first, _ = archive.add(data / "weekly_bulletin.txt")
    noisy = tmp_path / "farmed.txt"
    noisy.write_text(dress((data / "weekly_bulletin.txt").read_text(encoding="utf-8")), encoding="gb18030")
    second, problems = archive.add(noisy)
    assert second is not None
    assert [problem.code for problem in problems] == ["report-duplicate"]
    assert first.reports[0].id in problems[0].message


def test_an_excerpt_of_a_known_report_is_told(tmp_path, data):
    archive = Archive(tmp_path)
    archive.add(data / "town_plan.txt")
    part = tmp_path / "part.txt"
    lines = (data / "town_plan.txt").read_text(encoding="utf-8").splitlines()
    part.write_text("\n".join(lines[:16]), encoding="utf-8")
    assert "report-excerpt" in {problem.code for problem in archive.add(part)[1]}


def test_what_cannot_be_read_is_not_kept(tmp_path):
    path = tmp_path / "scan.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    archive = Archive(tmp_path)
    assert archive.add(path)[0] is None
    assert archive.add(tmp_path / "absent.txt")[0] is None
    assert archive.load_all() == []
    assert not (tmp_path / "reports").exists()


def test_a_folder_cut_short_is_made_anew(tmp_path, data):
    archive = Archive(tmp_path)
    imported, _ = archive.add(data / "page.html")
    folder = tmp_path / "reports" / imported.sha256[:12]
    (folder / "cleaned.json").unlink()
    assert archive.load_all() == []
    assert archive.add(data / "page.html")[0] == imported
    assert archive.load_all() == [imported]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"form": 99}', '{"form": 1}'])
def test_a_damaged_record_is_named(tmp_path, data, content):
    archive = Archive(tmp_path)
    imported, _ = archive.add(data / "page.html")
    record = tmp_path / "reports" / imported.sha256[:12] / "cleaned.json"
    assert json.loads(record.read_bytes())["sha256"] == imported.sha256
    record.write_text(content)
    with pytest.raises(StoreError, match=r"cleaned\.json"):
        archive.load_all()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, data):
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be kept"):
        Archive(tmp_path).add(data / "page.html")


def test_an_odd_ending_is_not_taken_over(tmp_path, data):
    odd = tmp_path / "x.a b"
    odd.write_bytes((data / "page.html").read_bytes())
    imported, _ = Archive(tmp_path).add(odd)
    assert (tmp_path / "reports" / imported.sha256[:12] / "original").is_file()
