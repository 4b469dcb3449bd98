"""Whom and what the rules on personal data know: [retention], [people], [roles]."""

from collections.abc import Iterable
from datetime import timedelta

from campaigner.domain.retention import Kept, Retention
from campaigner.domain.roles import ALLOWED, Deed, Person, Role, Staff
from campaigner.settings import Table


def read_retention(table: Table, keep_messages: timedelta) -> Retention:
    """How long each class is kept.

    By default texts, recipients, states, exports and reports are kept as long as messages, status files and previews
    as long as exports.
    """
    usual, day = Retention(), timedelta(days=1)
    exports = table.duration(Kept.EXPORTS.value, keep_messages, least=day)
    otherwise = {
        Kept.BACKUPS: usual.backups, Kept.LEFTOVERS: usual.leftovers, Kept.INBOX: exports, Kept.PREVIEWS: exports,
    }  # fmt: skip
    kept = {
        kind.value: table.duration(kind.value, otherwise.get(kind, keep_messages), least=day) for kind in Kept
    }
    retention = Retention(**kept, notice=table.duration("notice", usual.notice))
    table.finish()
    return retention


def read_person(name: str, table: Table) -> Person:
    """Somebody who works with campaigner."""
    person = Person(
        table.text("name", "", required=True).strip() or name,
        frozenset(table.texts("users", required=True)),
        _roles(table, "roles"),
    )
    table.finish()
    return person


def read_staff(persons: Iterable[Person], table: Table) -> Staff:
    """The persons, and what their roles allow."""
    allowed = {deed: _roles(table, deed.value) if deed.value in table else ALLOWED[deed] for deed in Deed}
    for deed in Deed:
        table.texts(deed.value)
    table.finish()
    return Staff(tuple(persons), allowed)


def _roles(table: Table, key: str) -> frozenset[Role]:
    found = set()
    for word in table.texts(key, required=True):
        if word in set(Role):
            found.add(Role(word))
        else:
            table.unknown(word, list(Role), key, what="role", what_zh="角色")
    return frozenset(found)
