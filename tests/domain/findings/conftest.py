"""Reports made from plain text, as an importer would give them, and the shipped vocabulary."""

import re
from collections.abc import Callable

import pytest

from campaigner.domain.findings.vocabulary import Vocabulary
from campaigner.domain.reports.report import Paragraph, Report
from campaigner.intake.vocabulary import load_vocabulary


def _report(text: str, names: tuple[tuple[int, int], ...] = (), title: str = "") -> Report:
    paragraphs = []
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        paragraphs.append(Paragraph(number, offset, line))
        offset += len(line) + 1
    masked = tuple(match.span() for match in re.finditer(r"(?:20)?xx", text))
    return Report("feedfeedfeed-1", 1, title, text, tuple(paragraphs), ((0, 0),), names=names, masked=masked)


@pytest.fixture(scope="session")
def report_of() -> Callable[..., Report]:
    return _report


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()
