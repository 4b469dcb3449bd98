"""What looks out for numbers of people finds them, and nothing else."""

import logging
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from campaigner.answers.explain import person
from campaigner.cli.present import Bars
from campaigner.domain.phone import parse_phone
from campaigner.errors import CampaignerError, StoreError, UsageError
from campaigner.store.engine import open_store
from campaigner.store.tables import RefusalRow
from tests import guard
from tests.conftest import NOW

NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13800138000", 1), ("call +8613800138000!", 1), ('{"phone": 13800138000}', 1), ("手机13800138000，请", 1),
        ("１３８００１３８０００", 1),
        ("138****8000", 0), ("a13800138000f", 0), ("1764099999123", 0), ("0138001380009", 0), ("12345678901", 0),
    ],
)  # fmt: skip
def test_what_a_number_is(text: str, found: int) -> None:
    assert len(guard.numbers_in(text)) == found


@pytest.mark.unmasked
def test_logs_errors_screens_and_bars_are_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "campaigner")

    @click.command()
    def tells() -> None:
        click.echo("13800138000")
        raise ValueError("13800138003")

    logging.getLogger("campaigner.test").debug("to %s", "13800138000")
    logging.getLogger("campaigner.test").warning("to", extra={"phone": 13800138001})
    try:
        raise StoreError("no row of 13800138002")
    except CampaignerError:
        logging.getLogger("campaigner.test").exception("failed")
    CliRunner().invoke(tells, [])
    CliRunner().invoke(tells, ["--help"])
    with Bars().bar("13800138004", 1):
        pass
    assert len(guard._seen) == 7


@given(NUMBERS, st.sampled_from(["0", "x", "/"]), NUMBERS)
def test_no_word_on_a_faulty_number_repeats_it(phone: str, between: str, other: str) -> None:
    assert guard.numbers_in(str(parse_phone(f"{phone}{between}{other}x"))) == []


@given(NUMBERS)
def test_nobody_is_named_where_nobody_can_be_found(phone: str) -> None:
    nobody = SimpleNamespace(config=SimpleNamespace(audiences={}))
    with pytest.raises(UsageError) as refusal:
        person(f"{phone}{phone}", nobody)  # type: ignore[arg-type]
    assert guard.numbers_in(str(refusal.value)) == []


def test_an_error_of_the_database_does_not_say_with_which_values(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/campaigner.db")
    row = {"phone": 13800138000, "at": NOW, "source": "hand", "by": "b"}
    with pytest.raises(IntegrityError) as error, store.begin() as connection:
        connection.execute(insert(RefusalRow), [row, row])
    store.close()
    assert "13800138000" not in str(error.value)
