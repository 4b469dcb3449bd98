"""The second person: who stands for a run, and why somebody may therefore not approve it."""

from dataclasses import dataclass
from enum import StrEnum

from campaigner.domain.people import same_person
from campaigner.domain.roles import DAEMON


@dataclass(frozen=True, slots=True)
class Author:
    """Who stands for the messages of a run, as the log has it.

    Args:
        name: Who wrote them, or stood for them after the daemon had; "" if no entry says so.
        login: As which user of the operating system; "" where no entry says so.
        accountable: Whether the entry that they were written in says as whom; those of earlier versions do not.
    """

    name: str = ""
    login: str = ""
    accountable: bool = False

    @property
    def is_daemon(self) -> bool:
        """Whether the daemon wrote them and no person has stood for them since."""
        return same_person(self.name, DAEMON)


class Unfit(StrEnum):
    """Why somebody's yes to a run is no second person's (CHK-04)."""

    UNVOUCHED = "unvouched"
    """The daemon wrote it, and no author has stood for it since."""
    DAEMON = "daemon"
    """It is said in the daemon's name, which is no person's."""
    AUTHOR = "author"
    """He stands for the run himself."""
    LOGIN = "login"
    """He works as the same user of the operating system as whoever stands for the run."""


def unfit(
    by: str, login: str | None, author: Author, *, tied: bool, also: str = "", word: bool = True
) -> Unfit | None:
    """Why somebody may not approve a run; None if he may.

    Args:
        by: Who says yes.
        login: As which user of the operating system; None where nobody knows.
        author: Who stands for the messages, by the log.
        tied: Whether the office's persons have logins of their own, so that those must differ, too.
        also: Who stands for them by what else is kept.
        word: Whether an author's word is asked for of what the daemon wrote.
    """
    if word and author.is_daemon:
        return Unfit.UNVOUCHED
    if same_person(by, DAEMON):
        return Unfit.DAEMON
    if same_person(by, author.name) or (also and same_person(by, also)):
        return Unfit.AUTHOR
    if tied and login is not None and login == author.login:
        return Unfit.LOGIN
    return None
