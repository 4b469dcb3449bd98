"""Letters in classes and posters, against the same engine setting bare paragraphs."""

import json
from functools import partial
from pathlib import Path

import typst
from harness import Case
from place import people

from campaigner.artefacts.letter import letters_document
from campaigner.executor.processes import Processes
from campaigner.rendering.fonts import font_folders
from campaigner.rendering.letter import Letter, Sheet, letters_pdf, to_json
from campaigner.rendering.markdown import parse
from campaigner.rendering.poster import Poster, poster_pdf

_CLASS, _MOST, _MOST_POSTERS = 40, 1_000, 20
_SHEET = Sheet(("幸福镇综治中心",), "2026年12月10日")
_POSTER = "# 先垫钱的都是诈骗\n\n- 不点陌生链接\n- 不说验证码\n- 不先付钱\n\n> 不轻信，不转账。\n\n拿不准，打96110。"


def _quantity() -> int:
    return min(people(), _MOST)


def _posters() -> int:
    return min(people() // 20, _MOST_POSTERS)


def _letters() -> list[Letter]:
    text = (
        "# 致家长的一封信\n\n尊敬的家长：\n\n"
        + "凡是要您先付钱的，都先停一停。" * 12
        + "\n\n- 先问家人\n- 再打96110\n\n> 不轻信，不转账。"
    )
    return [
        Letter(
            parse(text),
            f"幸福镇中心小学 三年级1班 学生{n} 家长",
            f"学生{n}",
            "三年级1班",
            f"CODE{n:08d}",
            n + 1,
        )
        for n in range(_quantity())
    ]


def print_letters(_folder: Path) -> int:
    """Letters with slips and codes in classes of forty."""
    for letters in _classes():
        letters_pdf(letters, _SHEET)
    return _quantity()


def print_by_two(_folder: Path) -> int:
    """The same by two processes of one core each; their start is counted."""
    return _print_by(2)


def print_by_one(_folder: Path) -> int:
    """By one process of one core, beside the one that hands out the classes."""
    return _print_by(1)


def _print_by(workers: int) -> int:
    crew = Processes(workers)
    bodies = ([to_json(letter) for letter in letters] for letters in _classes())
    documents = sum(1 for _document in crew.over(partial(letters_document, _SHEET), bodies))
    crew.close()
    assert documents == -(-_quantity() // _CLASS)
    return _quantity()


def lean_letters(folder: Path) -> int:
    """The same words as plain justified paragraphs, one bare compile of the engine for each class."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in font_folders()]
    )
    source = folder / "floor.typ"
    source.write_text(
        '#set text(font: "Noto Sans SC", lang: "zh")\n#set par(justify: true)\n'
        "#for (i, l) in json(bytes(sys.inputs.data)).enumerate() { if i > 0 { pagebreak() }; for p in l { par(p) } }\n",
        "utf-8",
    )
    words = [
        ["致家长的一封信", f"学生{n}", "凡是要您先付钱的，都先停一停。" * 12, "不轻信，不转账。"]
        for n in range(_quantity())
    ]
    for start in range(0, _quantity(), _CLASS):
        data = json.dumps(words[start : start + _CLASS])
        typst.compile(str(source), font_paths=fonts, sys_inputs={"data": data})
    return _quantity()


def _classes() -> list[list[Letter]]:
    letters = _letters()
    return [letters[start : start + _CLASS] for start in range(0, len(letters), _CLASS)]


def naive_letters(folder: Path) -> int:
    """One compile of the engine for each letter, bare paragraphs, the fonts looked up each time."""
    source = folder / "naive.typ"
    source.write_text('#set text(font: "Noto Sans SC", lang: "zh")\n#sys.inputs.data\n', "utf-8")
    for n in range(_CLASS):
        text = f"学生{n}" + "凡是要您先付钱的，都先停一停。" * 12
        typst.compile(str(source), font_paths=[str(f) for f in font_folders()], sys_inputs={"data": text})
    return _CLASS


def print_posters(_folder: Path) -> int:
    """Posters of one page, each another, fitted to the paper."""
    for n in range(_posters()):
        poster_pdf(Poster(parse(_POSTER), "bold", (f"幸福镇第{n}村",)))
    return _posters()


def lean_posters(folder: Path) -> int:
    """The same words in large type, as they come."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in font_folders()]
    )
    source = folder / "poster.typ"
    source.write_text('#set text(font: "Noto Sans SC", lang: "zh", size: 30pt)\n#sys.inputs.data\n', "utf-8")
    for n in range(_posters()):
        typst.compile(str(source), font_paths=fonts, sys_inputs={"data": f"{_POSTER}第{n}村"})
    return _posters()


CASES = (
    Case("letters, classes of 40", print_letters, lean_letters, naive_letters, most=10_000),
    Case("letters, two processes : one", print_by_two, print_by_one, most=10_000),
    Case("posters", print_posters, lean_posters, most=10_000),
)
