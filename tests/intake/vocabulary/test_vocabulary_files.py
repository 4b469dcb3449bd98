import pytest

from campaigner.domain.findings.finding import FindingKind
from campaigner.errors import ConfigError
from campaigner.intake.vocabulary import load_vocabulary, parse_vocabulary


def test_every_scam_term_has_its_type() -> None:
    vocabulary = load_vocabulary()
    named = {term.canonical for term in vocabulary.terms if term.kind is FindingKind.SCAM_TYPE}
    assert named == set(vocabulary.types)


def test_lists_of_the_years_have_ten_places() -> None:
    ranks: dict[int, set[int]] = {}
    for entry in load_vocabulary().types.values():
        for listing in entry.listings:
            ranks.setdefault(listing.year, set()).add(listing.rank)
    assert ranks == {year: set(range(1, 11)) for year in (2023, 2024, 2025)}


def test_loans_and_credit_are_one_place_in_2025() -> None:
    types = load_vocabulary().types
    places = {
        (listing.name, listing.rank)
        for name in ("虚假贷款", "虚假征信")
        for listing in types[name].listings
        if listing.year == 2025
    }
    assert places == {("贷款、征信", 5)}


def test_drafts_of_a_type_fit_their_places() -> None:
    for entry in load_vocabulary().types.values():
        assert len(f"谨防{entry.canonical}") <= 16
        assert all((entry.victims, entry.method, entry.rule, entry.red_flags, entry.advice)), entry.id


BROKEN = {
    "no-toml": "kind = ",
    "unknown-key": 'kind = "app"\n[[term]]\ncanonical = "a"\nspelings = ["ab"]',
    "missing-key": 'kind = "app"\n[[term]]\nspellings = ["ab"]',
    "unknown-kind": 'kind = "apps"\n[[term]]\ncanonical = "a"\nspellings = ["ab"]',
    "short-spelling": 'kind = "app"\n[[term]]\ncanonical = "a"\nspellings = ["a"]',
    "ignored-without-spellings": 'kind = "app"\n[[ignored]]\nnote = "a"',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_damaged_file_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.toml"):
        parse_vocabulary(text, "x.toml")
