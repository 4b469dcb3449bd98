"""Our reading of cron lines against a second one, over ten years; `make oracle` compares a hundred thousand."""

import random
from datetime import UTC, datetime

import pytest
from cronsim import CronSim, CronSimError

from campaigner.domain.cron.line import parse_line
from campaigner.domain.cron.model import CronError
from tests.almanac.cron_lines import compared, random_lines

LINES = 2_000
DAMAGED = 500


def test_random_lines_fire_as_a_second_implementation_says() -> None:
    chance = random.Random(16)
    assert sum(compared(line, chance) > 0 for line in random_lines(16, LINES)) > LINES * 0.9


def test_what_is_compared_is_of_every_shape() -> None:
    """Else the comparison would say nothing."""
    lines = list(random_lines(16, LINES))
    for sign in ("*/", "-", ",", "last", "mon", "JAN", "-7"):
        assert sum(sign in line for line in lines) >= LINES // 200, sign


@pytest.mark.parametrize(
    "line", ["1-5/2 9 * * *", "0 9 * * 1-5/2", "0 9 * * */2", "0 9 * jan-jun/2 *", "0 9 * * 0,7"]
)
def test_lines_of_old_faults(line: str) -> None:
    assert compared(line, random.Random(1)) > 0


def test_random_lines_with_one_sign_changed_are_never_read_otherwise_in_silence() -> None:
    """Either both read a damaged line alike, or it is refused, or it is of a kind that only we read."""
    chance, read = random.Random(17), 0
    for line in random_lines(17, DAMAGED):
        at = chance.randrange(len(line))
        damaged = line[:at] + chance.choice("0123456789*,-/#LW? mon") + line[at + 1 :]
        try:
            parse_line(damaged)
        except CronError:
            continue
        if _ours(damaged):
            continue
        read += compared(damaged, chance) >= 0
    assert read > DAMAGED // 10


def _ours(line: str) -> bool:
    """Whether a line has what cronsim does not read: ranges over the end, blanks beside commas."""
    try:
        CronSim(line.replace("last", "L"), datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError:
        return True
    return False
