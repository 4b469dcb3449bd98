"""Every shipped letter with every warning it is for fits on its page: normal or large, with a slip or without."""

from itertools import product

import pytest

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel
from campaigner.intake.warnings import read_catalogue
from campaigner.rendering.analysis import OfficeFacts, RunFacts
from campaigner.rendering.letter import Letter, Sheet, letters_pdf
from campaigner.rendering.library import Template, Writer, read_library
from campaigner.rendering.markdown import parse
from campaigner.rendering.pdf import page_count
from tests.conftest import ROOT

TEMPLATES = {
    name: template
    for name, template in read_library(ROOT / "templates", ROOT, registry.forms())[0].items()
    if template.channel is Channel("letter")
}
CATALOGUE = read_catalogue(ROOT / "templates" / "warnings", ROOT)[0]
LONGEST = {
    "name": "阿卜杜热西提·买买提明",
    "school": "幸福镇第一中心实验小学",
    "grade": "三年级",
    "class_name": "12班",
    "gender": "女",
    "unit": "幸福镇样例商贸有限公司",
}
ISSUERS = ("幸福镇综治中心", "幸福镇派出所")


def letters(template: Template, *, slip: bool) -> list[Letter]:
    chosen = [CATALOGUE[name] for name in template.warnings] or list(CATALOGUE.values())
    found = []
    for number, warning in enumerate(chosen):
        facts = {
            "warning": warning,
            "warnings": [warning],
            "office": OfficeFacts("幸福镇反诈中心", "幸福镇", ISSUERS),
            "run": RunFacts("2026年12月10日", 2026, 12, 10, receipt=slip),
        }
        (text,), faults = Writer(template, facts).block({name: [value] for name, value in LONGEST.items()}, 1)
        assert faults == []
        head = f"{LONGEST['school']} 三年级12班 {LONGEST['name']} 家长"
        code = f"CODE{number:08d}" if slip else ""
        found.append(
            Letter(
                parse(text or ""), head, LONGEST["name"], f"{LONGEST['school']} 三年级12班", code, number + 1
            )
        )
    return found


@pytest.mark.parametrize(("large", "slip"), list(product((False, True), repeat=2)))
@pytest.mark.parametrize("name", list(TEMPLATES))
def test_every_shipped_letter_fits(name: str, large: bool, slip: bool) -> None:
    template = TEMPLATES[name]
    labels = ("学生签字", "家长签字") if template.kind == "pupils" else ("签字",)
    sheet = Sheet(
        ISSUERS, "2026年12月10日", slip=slip, large=large, office="幸福镇反诈中心", sign_labels=labels
    )
    found = letters(template, slip=slip)
    assert page_count(letters_pdf(found, sheet)) == len(found)


def test_a_letter_speaks_of_a_slip_only_where_there_is_one() -> None:
    for slip in (False, True):
        for template in TEMPLATES.values():
            spoken = [letter for letter in letters(template, slip=slip) if "回执" in str(letter.blocks)]
            assert bool(spoken) == (slip and template.id == "letter/guardians")
