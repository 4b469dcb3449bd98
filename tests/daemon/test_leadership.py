"""Who leads the clock: judged by signs of life and a steady clock, fenced by a token."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.daemon.leadership import SILENCE, Candidate
from campaigner.errors import OvertakenError
from campaigner.store import log
from campaigner.store import settings as values
from campaigner.store.engine import Store, open_store

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)


class Time:
    """A steady clock, and a time of day that may be set at will."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.offset = timedelta()

    def steady(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds) + self.offset


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'campaigner.db'}")
    yield opened
    opened.close()


def candidate(store: Store, time: Time, name: str) -> Candidate:
    return Candidate(store, name, time.steady, time.clock)


def test_the_first_leads_the_second_stands_by(store: Store) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    assert one.try_to_lead() == "nobody led before"
    assert two.try_to_lead() is None
    leader = two.leader()
    assert leader
    assert leader.holder == "one"


def test_a_leader_that_gives_signs_of_life_keeps_the_lead(store: Store) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    one.try_to_lead()
    for _second in range(200):
        time.seconds += 5
        one.renew()
        assert two.try_to_lead() is None
    assert two.silence == 0


def test_a_silent_leader_is_followed_and_fenced_off(store: Store) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    one.try_to_lead()
    old = one.guarded()
    assert two.try_to_lead() is None
    time.seconds += SILENCE - 1
    assert two.try_to_lead() is None
    time.seconds += 1
    assert two.try_to_lead() == "one with token 1 was silent for 20 s"
    with pytest.raises(OvertakenError, match="taken over"), old.begin() as connection:
        values.keep(connection, "x", "written too late")
    with store.read() as connection:
        assert values.value(connection, "x") is None
        assert [entry.fields["why"] for entry in log.entries(connection) if entry.kind == "leads"][
            -1
        ].startswith("one with")
    with pytest.raises(OvertakenError):
        one.renew()
    assert one.lease is None
    with two.guarded().begin() as connection:
        values.keep(connection, "x", "written by the leader")


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_is_set_makes_nobody_leader(store: Store, jump: timedelta) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    one.try_to_lead()
    two.try_to_lead()
    time.offset = jump
    assert two.try_to_lead() is None
    time.seconds += SILENCE
    assert two.try_to_lead() is not None


def test_a_lead_that_is_given_back_is_taken_at_once(store: Store) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    one.try_to_lead()
    one.step_down()
    one.step_down()
    assert two.try_to_lead() == "the leader with token 1 gave it back"


def test_who_comes_once_believes_the_wall_clock(store: Store) -> None:
    time = Time()
    one, two = candidate(store, time, "one"), candidate(store, time, "two")
    one.try_to_lead()
    assert two.try_to_lead(once=True) is None
    time.seconds += SILENCE + 1
    assert candidate(store, time, "three").try_to_lead(once=True) is not None


STEPS = st.tuples(st.integers(0, 2), st.sampled_from(["try", "renew", "down", "wait"]), st.integers(0, 30))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["try", "renew", "down", "wait"]), st.integers(0, 30)),
        max_size=25,
    )
)
def test_never_can_two_write(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, int]]
) -> None:
    """Whatever three daemons do, at most one of the guarded stores that were handed out lets anything be written."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('lease') / 'campaigner.db'}")
    time = Time()
    daemons = [candidate(store, time, str(number)) for number in range(3)]
    guarded: list[Store] = []
    for who, what, seconds in steps:
        daemon = daemons[who]
        if what == "wait":
            time.seconds += seconds
        elif what == "try" and daemon.lease is None and daemon.try_to_lead() is not None:
            guarded.append(daemon.guarded())
        elif what == "renew" and daemon.lease is not None:
            try:
                daemon.renew()
            except OvertakenError:
                assert daemon.lease is None
        elif what == "down":
            daemon.step_down()
        assert sum(writes(one) for one in guarded) <= 1
    store.close()


def writes(store: Store) -> bool:
    try:
        with store.begin() as connection:
            values.keep(connection, "x", "y")
    except OvertakenError:
        return False
    return True
