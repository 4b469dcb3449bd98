"""Receipts by carriers' ids, each brought to its message; see `domain.matching` for whose it is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from campaigner.domain.delivery import DeliveryState, merged, sources_of, state_of
from campaigner.domain.matching import CLOCK, Found, Known, Match, match
from campaigner.domain.receipt import Receipt
from campaigner.domain.subject import pseudonym
from campaigner.store import references, settings
from campaigner.store.bulk import many
from campaigner.store.references import Owner
from campaigner.store.types import moment_binder

_SETTLE = "UPDATE delivery SET state = ?, settled_at = ?, cause = ? WHERE message_id = ? AND state IN "


def settle(connection: Connection, state: DeliveryState, rows: Sequence[tuple[object, str, int]]) -> None:
    """Bring messages to a state by a receipt, where they may come to it: (when, bound; cause; number)."""
    guard = "(" + ", ".join(f"'{source.value}'" for source in sorted(sources_of(state))) + ")"
    many(connection, _SETTLE + guard, [(state.value, *row) for row in rows])


def receive(
    connection: Connection, gateway: str, receipts: Sequence[Receipt], now: datetime
) -> Counter[Found]:
    """Keep receipts that name carriers' ids; returns how many are whose.

    Those that are nobody's are laid aside: their answer may not be kept yet.
    """
    owners = references.owners(connection, gateway, (receipt.reference for receipt in receipts))
    words = _Words(connection, gateway, owners)
    aside: list[tuple[Receipt, Found]] = []
    counted: Counter[Found] = Counter()
    for receipt in receipts:
        matched = words.take(receipt, now)
        counted[matched.found] += 1
        if matched.found is not Found.OURS and _may_be_early(matched, now):
            aside.append((receipt, matched.found))
    words.keep(now)
    if aside:
        references.lay_aside(connection, gateway, aside, now)
    return counted


def claim(connection: Connection, gateway: str, names: Sequence[str], now: datetime) -> None:
    """Bring receipts that came before their answers to the messages that have these ids since now."""
    found = list(references.early(connection, gateway, names, now))
    if not found:
        return
    owners = references.owners(connection, gateway, {each.receipt.reference for each in found})
    salt = settings.salt(connection)
    words = _Words(connection, gateway, owners)
    taken = []
    for each in found:
        may_be = [
            owner.known
            for owner in owners.get(each.receipt.reference, ())
            if each.heard >= owner.known.sent_at - references.EARLY
            and each.phone_hash in ("", pseudonym(salt, owner.known.phone))
        ]
        phone = may_be[0].phone if may_be and each.phone_hash else 0
        receipt = each.receipt._replace(phone=phone)
        if may_be and words.take(receipt, each.heard, may_be).found is Found.OURS:
            taken.append((receipt.reference, each.phone_hash))
    words.keep(now)
    references.take_up(connection, gateway, taken)


def _may_be_early(matched: Match, now: datetime) -> bool:
    """Whether a receipt may still find its message, or must be counted: one that is repeated at once need not be."""
    if matched.found is not Found.REPEATED:
        return True
    assert matched.known is not None
    return now - matched.known.sent_at > CLOCK


class _Words:
    """What receipts say, gathered before it is written: the first final word on a message counts."""

    def __init__(self, connection: Connection, gateway: str, owners: dict[str, list[Owner]]) -> None:
        self._connection, self._gateway, self._owners = connection, gateway, owners
        self._bind = moment_binder(connection)
        self._whole: dict[DeliveryState, list[tuple[object, str, int]]] = {}
        self._parts: list[tuple[str, int, Receipt, datetime]] = []

    def take(self, receipt: Receipt, heard: datetime, among: Sequence[Known] = ()) -> Match:
        """Take one receipt; whose it is, of all who have its id or of some of them."""
        owners = self._owners.get(receipt.reference)
        if not owners:
            return Match(Found.STRANGER)
        matched = match(receipt, among or [owner.known for owner in owners], heard)
        state = state_of(receipt.received)
        if matched.found is Found.OURS and state is not None:
            assert matched.known is not None
            assert matched.at is not None
            place = next(n for n, owner in enumerate(owners) if owner.known == matched.known)
            known, pieces = owners[place]
            owners[place] = Owner(known._replace(word=receipt.received), pieces)
            if pieces == 1:
                row = (self._bind(matched.at), receipt.cause, known.message)
                self._whole.setdefault(state, []).append(row)
            else:
                self._parts.append((receipt.reference, known.message, receipt, matched.at))
        return matched

    def keep(self, now: datetime) -> None:
        """Write it; a message of several parts is settled when all have their receipt, or one is lost."""
        if self._parts:
            references.say(self._connection, self._gateway, self._parts)
            self._settle_parts({message for _name, message, _receipt, _at in self._parts}, now)
        for state, rows in self._whole.items():
            settle(self._connection, state, rows)

    def _settle_parts(self, numbers: Iterable[int], now: datetime) -> None:
        for number, found in references.heard_of(self._connection, numbers, now).items():
            together = merged(word for word, _cause, _at in found)
            state = state_of(together)
            if state is not None:
                cause = next(cause for word, cause, _at in found if word is together)
                at = self._bind(max(moment for _word, _cause, moment in found))
                self._whole.setdefault(state, []).append((at, cause, number))
