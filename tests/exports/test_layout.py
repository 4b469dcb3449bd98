"""Every place that the layout gives is of a kind that it declares, and every name that it gives is read back."""

import re
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from campaigner.domain.retention import Kept
from campaigner.exports import layout
from campaigner.exports.layout import KINDS, SAMPLES, Kind, Part

OUT = Path("out")
CODE, DIGEST = "elderly-monday-20261207-0900", "0123456789abcdef"
FIRST, SECOND = (layout.release_folder(OUT, CODE, number) for number in (1, 2))
NOW = datetime(2026, 12, 7, 9, tzinfo=UTC)


def kind_of(path: Path, kinds: tuple[Kind, ...], root: Path) -> Kind | None:
    within = path.relative_to(root).as_posix()
    return next((kind for kind in kinds if re.fullmatch(kind.path, within)), None)


def in_release(folder: Path) -> list[Path]:
    taken: dict[str, int] = {}
    return [
        folder / path
        for path in (
            layout.sms_file("a-001", "csv"), layout.sms_file("a-001", "loopback.jsonl"), layout.text_file("a-001"),
            *(layout.letter_file("一中", "七年级1班", part, taken) for part in (1, 2, 1)),
            f"{layout.SLIP_LIST}.xlsx", f"{layout.POSTING_LIST}.csv", layout.poster_file("bold", "A3", "png"),
        )
    ]  # fmt: skip


PLACES = [
    *((path, Kept.EXPORTS) for folder in (FIRST, SECOND) for path in in_release(folder)),
    *((path, Kept.EXPORTS) for path in in_release(layout.unseen(SECOND))),
    *((path, Kept.EXPORTS) for path in in_release(layout.making_way(FIRST))),
    *((layout.to_compare(SECOND) / name, Kept.EXPORTS) for name in (layout.NOT_TO_USE, layout.sms_file("a", "csv"))),
    *((folder / name, None) for folder in (FIRST, SECOND) for name in layout.PROOF),
    (layout.drop_journal(SECOND), None),
    (layout.notice(OUT, SECOND.name), None),
    *((layout.forms(OUT) / name, None) for name in islice(layout.form_names(CODE, DIGEST), 4)),
    *((OUT / layout.form_path(layout.form_name(CODE, DIGEST, void=void)), None) for void in (False, True)),
    *((layout.forms(OUT) / name, None) for name in islice(layout.void_names(Path("a.pdf"), DIGEST), 3)),
    (layout.pack(OUT, NOW), None),
    *((path, None) for path in layout.certificate(OUT, layout.certificate_number(NOW))),
    (layout.copy(OUT, NOW), Kept.EXPORTS),
    (layout.draft(layout.copy(OUT, NOW)), Kept.LEFTOVERS),
    (layout.draft(layout.pack(OUT, NOW)), Kept.LEFTOVERS),
    (layout.draft(layout.notice(OUT, CODE)), Kept.LEFTOVERS),
]  # fmt: skip


@pytest.mark.parametrize(("path", "kept"), PLACES, ids=str)
def test_every_place_below_the_output_folder_is_of_a_kind(path: Path, kept: Kept | None) -> None:
    kind = kind_of(path, tuple(KINDS), OUT)
    assert kind is not None
    assert (kind.kept, bool(kind.why)) == (kept, kept is None)


@pytest.mark.parametrize("channel", ["letter", "poster"])
def test_samples_are_of_a_kind_wherever_they_are_drawn(channel: str) -> None:
    folder = Path("office")
    for place in (folder / layout.PREVIEW, folder / "for-the-boss", folder):
        sample = place / layout.sample_name(CODE, channel, 3, "png")
        found = kind_of(sample, tuple(SAMPLES), folder)
        assert found is not None
        assert found.kept is Kept.PREVIEWS
    half = kind_of(layout.draft(folder / layout.PREVIEW / "x.pdf"), tuple(SAMPLES), folder)
    assert half is not None
    assert half.kept is Kept.LEFTOVERS


def test_every_kind_is_met() -> None:
    met = {kind_of(path, tuple(KINDS), OUT) for path, _kept in PLACES}
    assert [kind.path for kind in KINDS if kind not in met] == []


@pytest.mark.parametrize("number", [1, 2, 17])
def test_what_lies_in_the_output_folder_is_read_back(number: int) -> None:
    folder = layout.release_folder(OUT, CODE, number)
    for path, part in (
        (folder, Part.SHOWN),
        (layout.to_compare(folder), Part.SHOWN),
        (layout.unseen(folder), Part.UNSEEN),
        (layout.making_way(folder), Part.OLD),
        (layout.drop_journal(folder), Part.OTHER),
    ):
        its = layout.named(path.name)
        assert its is not None
        assert (its.code, its.number, its.part, its.name) == (CODE, number, part, folder.name)


@pytest.mark.parametrize(
    "name", ["approval", "mine", "mine.2", ".mine.partial", f"{CODE}.x", f"{CODE} copy", ".git", "a.pdf", ""]
)
def test_what_is_of_no_release_is_known_for_that(name: str) -> None:
    assert layout.named(name) is None


def test_letters_are_found_by_the_names_that_they_get(tmp_path: Path) -> None:
    taken: dict[str, int] = {}
    names = [layout.letter_file("一/中", "1班", part, taken) for part in (1, 1, 2, 3)]
    others = [layout.letter_file("一/中", "1班级", 1, taken), layout.letter_file("二中", "1班", 1, taken)]
    for name in (*names, *others, f"{layout.SLIP_LIST}.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert len(set(names)) == len(names)
    found = [
        path.relative_to(tmp_path).as_posix()
        for path in layout.letters_of(tmp_path / layout.LETTERS, "一/中", "1班")
    ]
    assert sorted(found) == sorted([*names, f"{layout.SLIP_LIST}.csv"])


def test_a_form_is_marked_as_void_and_gets_its_name_back() -> None:
    for name in islice(layout.form_names(CODE, DIGEST), 3):
        assert not layout.is_void(name)
        for void in islice(layout.void_names(Path(name), DIGEST), 1):
            assert layout.is_void(void)
            assert not layout.is_void(layout.unvoided(void))
    longer = layout.form_name(CODE, DIGEST)
    assert layout.unvoided(next(layout.void_names(Path(longer), DIGEST))) == longer
    assert next(layout.void_names(Path(longer), DIGEST)) == layout.form_name(CODE, DIGEST, void=True)


def test_the_script_of_a_pack_which_stands_alone_has_the_same_names() -> None:
    script = (Path(__file__).parents[2] / "campaigner" / "exports" / "pack_verify.py").read_text("utf-8")
    names = {
        layout.PACK_TABLE, layout.PACK_SUMMARY, layout.PACK_LOG, layout.PACK_ABOUT, layout.PACK_CONTENTS,
        layout.PACK_SIGNATURE, layout.PUBLIC_KEY, layout.MANIFEST,
    }  # fmt: skip
    assert [name for name in names if f'"{name}"' not in script and f'/{name}"' not in script] == []
    for path in (
        layout.packed_text("*"),
        layout.packed_proof("*", layout.MANIFEST),
        f"{layout.PACK_FORMS}/*",
    ):
        assert path.split("*")[0] in script
