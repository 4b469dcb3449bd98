"""Whom and what the rules on personal data know: [retention], [people], [roles]."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from campaigner.domain.people import same_person
from campaigner.domain.problem import Level
from campaigner.domain.retention import Kept, Retention
from campaigner.domain.roles import ALLOWED, DAEMON, Deed, Person, Role, Staff
from campaigner.toml.table import Table


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
    if same_person(person.name, DAEMON):
        table.fault(
            "person-daemon", f"`{DAEMON}` is the daemon's own name in the log; write the person's",
            f"{DAEMON} 是守护进程在日志里的名字，请写本人姓名", "name",
        )  # fmt: skip
    table.finish()
    return person


def warn_of_shared_logins(people: Mapping[str, Person], root: Table) -> None:
    """Warn of each login that several persons work under: nobody can tell who of them it was.

    Args:
        people: Table's name -> person.
        root: The whole file.
    """
    for login, names in Staff(tuple(people.values())).shared_logins.items():
        for key, person in people.items():
            others = [name for name in names if name != person.name]
            if login in person.logins and others:
                root.fault(
                    "login-shared",
                    f"login `{login}` is also that of {', '.join(others)}; nobody can tell them apart, and neither "
                    "approves what was prepared under it; give each person a login of his own",
                    f"系统用户 {login} 也是{'、'.join(others)}的，分不清是谁操作，"
                    "用它拟稿的任务不能用它批准；请给每人设一个自己的系统用户",
                    "people", key, "users", level=Level.WARN,
                )  # fmt: skip


def read_staff(persons: Iterable[Person], table: Table) -> Staff:
    """The persons, and what their roles allow."""
    allowed = {deed: _roles(table, deed.value) if deed.value in table else ALLOWED[deed] for deed in Deed}
    for deed in Deed:
        table.texts(deed.value)
    table.finish()
    return Staff(tuple(persons), allowed)


def _roles(table: Table, key: str) -> frozenset[Role]:
    return frozenset(map(Role, table.choices(key, list(Role), required=True, what="role", what_zh="角色")))
