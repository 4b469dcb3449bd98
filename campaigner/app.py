"""Putting it together: a working folder -> configuration, templates, warnings, filters, store."""

import os
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from campaigner.artefacts import registry
from campaigner.config import CONFIG_FILE, FOUNDATIONS, OFFICE_WIDE, Config, load_config
from campaigner.domain.executor import Over
from campaigner.domain.problem import Problem
from campaigner.domain.roles import DAEMON, Deed
from campaigner.domain.segment import Filter, parse_filter
from campaigner.domain.wording.ruleset import Ruleset
from campaigner.errors import ConfigError, RoleError
from campaigner.executor.opening import over_of
from campaigner.intake.own_rules import RULES_UNUSABLE
from campaigner.intake.ruleset import load_rules, read_own_rules
from campaigner.intake.warnings import read_catalogue
from campaigner.office.beginning import office_of
from campaigner.rendering.library import read_library
from campaigner.store.engine import Store
from campaigner.workspace.desk import Desk, Progress, Work, as_whom
from campaigner.workspace.installing import settle_place
from campaigner.workspace.keys import open_the_store

TEMPLATES = "templates"
WARNINGS = "warnings"
RULES = "rules.toml"
"""A user's own rules on wording, in templates/, beside the shipped ones."""


@dataclass(frozen=True, slots=True)
class App:
    """A working folder, opened.

    Args:
        desk: What the verbs work with.
        now: The time to work at, in the office's zone.
        clock: The time it really is; differs from `now` in a rehearsal.
        login: User of the operating system at the keyboard; None where the clock works by itself.
        account: As which user of the operating system the clock works; "" where nobody says.
        reread: Gives the folder as it is now; None where it is not looked at again.
        say: Called with what a person should read besides what a command shows.
    """

    desk: Desk
    now: datetime
    clock: datetime
    login: str | None = None
    account: str = ""
    reread: Callable[[], Desk] | None = None
    say: Callable[[str], None] = lambda _line: None

    def store(self, needs: Collection[str] = OFFICE_WIDE) -> Store:
        """The store, created in a folder that never had one; one that was moved on its machine is followed.

        Args:
            needs: Sections of config.toml that must be free of faults: all that concern every run for what
                writes; `FOUNDATIONS` for what only looks, holds back or refuses.

        Raises:
            ConfigError: They are not; a default must not stand in for what was meant.
            StoreError: It cannot be used, or is gone from a folder that had one.
        """
        refuse_faulty(self.desk, needs)
        config = self.desk.config
        store = open_the_store(config.folder, config.store_url, office=office_of(config))
        whom = as_whom(self.login, self.account)
        settle_place(store, config.store_url, self.clock, self.login or DAEMON, self.say, whom)
        return store

    def work(self, store: Store, actor: str, progress: Progress) -> Work:
        """One call of a stage, by somebody."""
        name = self.desk.config.staff.named(self.login, actor) if self.login else actor
        return Work(
            self.desk,
            store,
            self.now,
            name,
            self.clock,
            progress,
            login=self.login,
            over=self.over,
            account=self.account,
            reread=self.reread,
            say=self.say,
        )

    def ask(self, actor: str, deed: Deed) -> None:
        """Whether somebody may do what needs no store.

        Raises:
            ConfigError: It cannot be told who may, for the settings of persons and roles have problems.
            RoleError: He may not; the message says who may.
        """
        refuse_faulty(self.desk, FOUNDATIONS)
        if self.login is None:
            return
        staff = self.desk.config.staff
        refusal = staff.refusal(self.login, staff.named(self.login, actor), deed)
        if refusal:
            raise RoleError(refusal)

    @property
    def over(self) -> Over:
        """What carries partition functions over parts, by the configuration; nothing is started yet."""
        return over_of(self.desk.config.executor)


def system_user() -> str:
    """The operating system's user, as the system knows it: no variable of the environment is believed."""
    try:
        if os.name == "nt":
            return os.getlogin()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, OSError):
        return "unknown"


def read_desk(folder: Path) -> tuple[Desk | None, list[Problem]]:
    """Everything in a working folder and all that is wrong with it; None if config.toml cannot be used at all."""
    config, problems = load_config(folder)
    if config is None:
        return None, problems
    templates, found = read_library(folder / TEMPLATES, folder, registry.forms())
    problems += [*found, *registry.faults()]
    catalogue, found = read_catalogue(folder / TEMPLATES / WARNINGS, folder)
    problems += found
    filters = _filters(config, problems)
    rules = _rules(folder / TEMPLATES / RULES, problems)
    return Desk(config, templates, catalogue, filters, rules, tuple(problems)), problems


class InForce:
    """The configuration in force: a working folder that is read again when its files changed.

    A config.toml that cannot be read, or whose settings for every run have faults, leaves what was read before, with
    the reason why nothing goes out by it. One with faults in single entries is in force: what needs those is blocked.

    Args:
        folder: The working folder.

    Raises:
        ConfigError: config.toml cannot be read at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = _state(folder)
        desk, problems = read_desk(folder)
        if desk is None:
            raise ConfigError(f"{problems[0]}\n{problems[0].message_zh}")
        self.desk: Desk = desk

    def current(self) -> Desk:
        """The folder as it is now; the same object as long as nothing changed."""
        self.look()
        return self.desk

    def look(self, *, asked: bool = False) -> tuple[bool, list[Problem]] | None:
        """Read the folder again if its files changed, or somebody asked for it.

        Returns:
            None if there was nothing to read; else whether config.toml can be used, and the problems that are new.
        """
        with self._lock:
            state = _state(self._folder)
            if state == self._seen and not asked:
                return None
            self._seen = state
            desk, problems = read_desk(self._folder)
            fresh = [problem for problem in problems if problem not in self.desk.problems]
            unusable = problems if desk is None else faults(desk)
            if desk is None or unusable:
                first = unusable[0]
                why = f"config.toml cannot be used: {first}", f"config.toml 不能使用：{first.message_zh}"
                self.desk = replace(self.desk, doubt=why)
                return False, fresh or unusable
            self.desk = desk
            return True, fresh


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of settings, templates or warnings is edited."""
    files = [folder / CONFIG_FILE, *sorted((folder / TEMPLATES).rglob("*"))]
    found = []
    for file in files:
        try:
            facts = file.stat()
        except OSError:
            continue
        if not file.is_dir():
            found.append((str(file), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def open_app(folder: Path, now: datetime | None, clock: datetime) -> App:
    """A working folder whose configuration can be used.

    Args:
        folder: The working folder.
        now: The time to rehearse at, or None for the clock's.
        clock: The time on the clock.

    Raises:
        ConfigError: config.toml cannot be read at all; single faulty entries are left to the verbs.
    """
    source = InForce(folder)
    desk = source.desk
    moment = now or clock
    zone = desk.config.zone
    local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return App(desk, local, clock if now is not None else local, reread=source.current)


def refuse_faulty(desk: Desk, needs: Collection[str] = OFFICE_WIDE) -> None:
    """Stop where a setting that concerns every run cannot be read as it was meant.

    Raises:
        ConfigError: There are such; each is listed with its place, in English and Chinese.
    """
    found = faults(desk, needs)
    if found:
        lines = "\n".join(f"  {problem}\n      {problem.message_zh}" for problem in found)
        raise ConfigError(
            f"nothing is done while settings that concern every run have problems:\n{lines}\n"
            "correct them, then run `campaigner check`\n涉及全部任务的设置有误，请先改正，再用 campaigner check 检查。"
        )


def faults(desk: Desk, needs: Collection[str] = OFFICE_WIDE) -> list[Problem]:
    """Blocking problems of settings that concern every run.

    Args:
        desk: The working folder.
        needs: Sections of config.toml that are meant.
    """
    found = list(desk.config.faults_in(needs))
    if set(needs) >= OFFICE_WIDE:
        found += [problem for problem in desk.problems if problem.code == RULES_UNUSABLE]
    return found


def _rules(path: Path, problems: list[Problem]) -> Ruleset:
    """The shipped rules and the user's own, if they can be read."""
    if not path.exists():
        return load_rules()
    rules, found = read_own_rules(path, f"{TEMPLATES}/{RULES}")
    problems += found
    return rules or load_rules()


def _filters(config: Config, problems: list[Problem]) -> Mapping[str, Filter]:
    filters: dict[str, Filter] = {}
    for name, segment in config.segments.items():
        if segment.audience not in config.audiences:
            continue
        line = config.where.get(("segments", name), (None, None))[0]
        kind = config.audiences[segment.audience].kind
        parsed = parse_filter(segment.filter, kind, "config.toml", line)
        if isinstance(parsed, Problem):
            problems.append(parsed)
        else:
            filters[name] = parsed
    return filters
