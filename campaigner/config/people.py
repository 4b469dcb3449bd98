"""Whom and what the rules on personal data know: [retention], [people], [roles]."""

from collections.abc import Iterable
from datetime import timedelta

from campaigner.domain.retention import Kept, Retention
from campaigner.domain.roles import ALLOWED, Deed, Person, Role, Staff
from campaigner.settings import Table


def read_retention(table: Table, keep_messages: timedelta) -> Retention:
    """How long each class is kept; texts, recipients, states and exports by default as long as messages."""
    usual = Retention()
    kept = {
        kind.value: table.duration(
            kind.value, usual.backups if kind is Kept.BACKUPS else keep_messages, least=timedelta(days=1)
        )
        for kind in Kept
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
