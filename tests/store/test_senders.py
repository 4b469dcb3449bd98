"""Several senders of one release: each message is given once, and the dead are told from the living."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from campaigner.domain.approval import Approval
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message
from campaigner.domain.planning import Run
from campaigner.errors import OvertakenError
from campaigner.store import approvals, deliveries, messages, outbox, releases, senders
from campaigner.store.engine import Store
from campaigner.store.releases import Release
from campaigner.store.senders import Identity, Sender
from tests.conftest import NOW
from tests.store.test_store import kept

WHO = Identity("here:1", "here", 1)


def released(store: Store, count: int, *, whole: bool = True) -> Run:
    run = kept(store)
    with store.begin() as connection:
        messages.append(
            connection, run, Channel.SMS, [Message(13_000_000_000 + n, f"t{n}", 1) for n in range(count)]
        )
        messages.seal(connection, run, Channel.SMS)
        outbox.claim(connection, run, 1, NOW, None)
        approvals.add(connection, run, Approval("李所长", NOW, "c", "d", count, count))
        releases.add(connection, run, Release(1, NOW, count, count, count, whole, out=False, manifest=""))
        senders.open_to_all(connection, run, 1)
    return run


def joined(store: Store, run: Run) -> Sender:
    with store.begin() as connection:
        return senders.join(connection, run, 1, WHO, NOW)


def taken(store: Store, run: Run, sender: Sender, limit: int) -> list[int]:
    with store.beside() as connection:
        place = senders.hold(connection, run, 1, sender)
        return [one.phone for one in senders.claim(connection, run, place, limit, NOW, {})]


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "a part"])
def test_two_senders_get_blocks_in_turn(store: Store, *, whole: bool) -> None:
    run = released(store, 5, whole=whole)
    first, second = joined(store, run), joined(store, run)
    assert [phone % 10 for phone in taken(store, run, first, 2)] == [0, 1]
    assert [phone % 10 for phone in taken(store, run, second, 2)] == [2, 3]
    assert [phone % 10 for phone in taken(store, run, first, 2)] == [4]
    assert taken(store, run, second, 2) == []
    with store.begin() as connection:
        assert deliveries.counts(connection, run) == {"sending": 5}
        assert deliveries.lose_track(connection, run, "gone", NOW, first.id) == 3
        assert deliveries.went(connection, run, 1, first.id) == (3, 3)
        assert deliveries.counts(connection, run) == {"unknown": 3, "sending": 2}
        assert deliveries.lose_track(connection, run, "gone", NOW, second.id) == 2
        assert deliveries.went(connection, run, 1, second.id) == (2, 2)
        assert deliveries.went(connection, run, 1) == (5, 5)


def test_many_at_once_get_each_message_once(store: Store) -> None:
    run = released(store, 120)
    everybody = [joined(store, run) for _ in range(4)]

    def all_of(sender: Sender) -> list[int]:
        found: list[int] = []
        while block := taken(store, run, sender, 7):
            found += block
        return found

    with ThreadPoolExecutor(4) as pool:
        phones = [phone for part in pool.map(all_of, everybody) for phone in part]
    assert sorted(phones) == [13_000_000_000 + n for n in range(120)]


def test_who_is_taken_for_dead_gets_no_more(store: Store) -> None:
    run = released(store, 4)
    dead, other = joined(store, run), joined(store, run)
    taken(store, run, dead, 2)
    with store.begin() as connection:
        assert senders.take_for_dead(connection, dead)
        assert not senders.take_for_dead(connection, dead)
        assert deliveries.lose_track(connection, run, "gone", NOW, dead.id) == 2
    with pytest.raises(OvertakenError):
        taken(store, run, dead, 2)
    assert len(taken(store, run, other, 9)) == 2
    with store.begin() as connection:
        assert deliveries.counts(connection, run) == {"unknown": 2, "sending": 2}


def test_who_gives_a_sign_of_life_is_not_taken_for_dead(store: Store) -> None:
    run = released(store, 1)
    sender = joined(store, run)
    with store.beside() as connection:
        senders.renew(connection, sender, NOW)
    with store.begin() as connection:
        assert not senders.take_for_dead(connection, sender)
        (seen,) = senders.of_release(connection, run, 1)
        assert seen.renewals == 1
        assert senders.take_for_dead(connection, seen)
