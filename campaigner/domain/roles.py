"""Who may do what: roles, deeds, and the persons of an office."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from campaigner.domain.people import same_person

DAEMON = "daemon"
"""The name in which the clock does what it does; no person bears it."""


class Role(StrEnum):
    """What somebody is in an office."""

    AUTHOR = "author"
    APPROVER = "approver"
    SENDER = "sender"
    VIEWER = "viewer"
    OFFICER = "officer"


ROLE_TITLES: Mapping[Role, str] = {
    Role.AUTHOR: "拟稿人",
    Role.APPROVER: "审批人",
    Role.SENDER: "发布人",
    Role.VIEWER: "查看人",
    Role.OFFICER: "个人信息保护负责人",
}


class Deed(StrEnum):
    """What a stage does that not everybody may."""

    LOOK = "look"
    GENERATE = "generate"
    DRAW = "draw"
    APPROVE = "approve"
    RETURN = "return"
    RELEASE = "release"
    HOLD = "hold"
    REFUSE = "refuse"
    SETTLE = "settle"
    UNMASK = "unmask"
    SUBJECT = "subject"
    EVIDENCE = "evidence"
    PURGE = "purge"
    BACKUP = "backup"
    RESTORE = "restore"
    ROTATE = "rotate"


DEED_TITLES: Mapping[Deed, tuple[str, str]] = {
    Deed.LOOK: ("look at runs and messages", "查看任务和内容"),
    Deed.GENERATE: ("prepare runs", "拟稿"),
    Deed.DRAW: ("draw approval forms", "打印审批单"),
    Deed.APPROVE: ("approve runs", "审批"),
    Deed.RETURN: ("send runs back", "退回"),
    Deed.RELEASE: ("export and send runs", "导出和发送"),
    Deed.HOLD: ("pause, resume and cancel runs", "暂停、恢复和取消"),
    Deed.REFUSE: ("keep the list of those who want no messages", "维护退订名单"),
    Deed.SETTLE: ("enter what carriers say", "登记回执"),
    Deed.UNMASK: ("see personal data unmasked", "查看未遮盖的个人信息"),
    Deed.SUBJECT: ("answer a person's rights", "办理个人信息查询、复制和删除"),
    Deed.EVIDENCE: ("pack a month's evidence", "制作留痕包"),
    Deed.PURGE: ("delete what is no longer needed", "清除到期信息"),
    Deed.BACKUP: ("back the store up", "备份"),
    Deed.RESTORE: ("put a backup back", "恢复备份"),
    Deed.ROTATE: ("give the store another key", "更换存储密钥"),
}

ALLOWED: Mapping[Deed, frozenset[Role]] = {
    Deed.LOOK: frozenset(Role),
    Deed.GENERATE: frozenset({Role.AUTHOR}),
    Deed.DRAW: frozenset({Role.AUTHOR, Role.APPROVER, Role.SENDER}),
    Deed.APPROVE: frozenset({Role.APPROVER}),
    Deed.RETURN: frozenset({Role.APPROVER, Role.AUTHOR}),
    Deed.RELEASE: frozenset({Role.SENDER}),
    Deed.HOLD: frozenset({Role.AUTHOR, Role.APPROVER, Role.SENDER}),
    Deed.REFUSE: frozenset({Role.AUTHOR, Role.SENDER, Role.OFFICER}),
    Deed.SETTLE: frozenset({Role.SENDER}),
    Deed.UNMASK: frozenset({Role.OFFICER, Role.APPROVER}),
    Deed.SUBJECT: frozenset({Role.OFFICER}),
    Deed.EVIDENCE: frozenset({Role.AUTHOR, Role.APPROVER, Role.SENDER, Role.OFFICER}),
    Deed.PURGE: frozenset({Role.OFFICER}),
    Deed.BACKUP: frozenset({Role.OFFICER, Role.SENDER}),
    Deed.RESTORE: frozenset({Role.OFFICER}),
    Deed.ROTATE: frozenset({Role.OFFICER}),
}
"""Who may do what where config.toml says nothing else; a viewer may only look at what is masked."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with campaigner.

    Args:
        name: As `--by` and the log have it.
        logins: Users of the operating system as whom this person works.
        roles: What this person is.
    """

    name: str
    logins: frozenset[str]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Staff:
    """The persons of an office and what their roles allow; nobody named means that everybody may do everything.

    Args:
        persons: Who works here.
        allowed: Deed -> roles that may do it.
    """

    persons: Sequence[Person] = ()
    allowed: Mapping[Deed, frozenset[Role]] = field(default_factory=lambda: ALLOWED)

    def as_data(self) -> dict[str, Any]:
        """Who works here under which logins with which roles, and the deeds that are not as usual; for the log."""
        persons = sorted([p.name, sorted(p.logins), sorted(p.roles)] for p in self.persons)
        other = {deed.value: sorted(roles) for deed, roles in self.allowed.items() if roles != ALLOWED[deed]}
        return ({"persons": persons} if persons else {}) | ({"allowed": other} if other else {})

    @property
    def digest(self) -> str:
        """SHA-256 of `as_data`; "" where nobody is named and everything is as usual."""
        data = self.as_data()
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest() if data else ""

    @property
    def shared_logins(self) -> dict[str, list[str]]:
        """Logins that several persons work under, and the persons' names."""
        names: dict[str, list[str]] = {}
        for person in self.persons:
            for login in sorted(person.logins):
                names.setdefault(login, []).append(person.name)
        return {login: found for login, found in names.items() if len(found) > 1}

    def named(self, login: str, actor: str) -> str:
        """The name that an actor has: who gave only a login is called as the one person who works under it."""
        here = [person.name for person in self.persons if login in person.logins]
        return here[0] if actor == login and len(here) == 1 else actor

    def refusal(self, login: str, actor: str, deed: Deed) -> str:
        """Why somebody may not do a deed, with the way out; "" if he may.

        Args:
            login: User of the operating system.
            actor: Who the command says does it.
            deed: What is to be done.
        """
        if not self.persons:
            return ""
        here = [person for person in self.persons if login in person.logins]
        if not here:
            return (
                f"user `{login}` is nobody in [people] of config.toml; whoever keeps that file enters the person "
                f"(config.toml 的 [people] 里没有用户 {login})"
            )
        mine = [person for person in here if same_person(person.name, actor)]
        if not mine:
            names = " or ".join(person.name for person in here)
            return (
                f"`{actor}` is not who works as user `{login}`: that is {names}; log in as the person who does it, "
                f"or say --by {here[0].name}（当前用户是{names}）"
            )
        if any(person.roles & self.allowed[deed] for person in mine):
            return ""
        what, what_zh = DEED_TITLES[deed]
        roles = [role for role in Role if role in self.allowed[deed]]
        titles = "、".join(ROLE_TITLES[role] for role in roles)
        able = [person.name for person in self.persons if person.roles & self.allowed[deed]]
        return (
            f"{mine[0].name} may not {what}; that is for {', '.join(roles)}: {', '.join(able) or 'nobody yet'} "
            f"（{what_zh}须由{titles}办理）"
        )
