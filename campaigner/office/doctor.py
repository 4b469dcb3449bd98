"""The doctor: looks at everything that an office needs to work for years, and changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from campaigner.answers.reckoned import gaps
from campaigner.config import Config, load_config
from campaigner.domain.installation import Standing, standing
from campaigner.domain.problem import Problem, blocks
from campaigner.errors import CampaignerError
from campaigner.office.beginning import office_of
from campaigner.office.soundness import folder as places
from campaigner.office.soundness import keeping, machine
from campaigner.office.soundness.executor import executor_state
from campaigner.office.soundness.finding import Finding, bad, ok, warn
from campaigner.office.soundness.machine import Moment
from campaigner.office.soundness.staff import people
from campaigner.office.soundness.ways_out import Secrets, gateways
from campaigner.store.inspection import Inspection, inspect_server, inspect_store, reading, store_file
from campaigner.store.installation import has_original, here
from campaigner.store.obstacles import obstacle
from campaigner.workspace.installing import words_of
from campaigner.workspace.keys import key_of, missing, store_password
from campaigner.workspace.traces import lost

_ZONE = "Asia/Shanghai"


def examine(
    folder: Path,
    clocks: Callable[[], Moment],
    *,
    secrets: Secrets | None = None,
    known_until: date | None = None,
    reach: bool = False,
) -> Iterator[Finding]:
    """Every check of a working folder and the machine below it, each as soon as it is made.

    A check that fails itself is a finding too; the others go on.

    Args:
        folder: The working folder.
        clocks: Reads the clocks of this machine.
        secrets: Tells which secrets of a gateway are known; None where nobody can tell.
        known_until: The last day that the calendar of working days knows; None to leave it out.
        reach: Whether to open a connection to gateways that name their other side, and to a cluster.
    """
    began = clocks()
    config, problems = load_config(folder)
    yield config_state(config, problems)
    seen, kept, zone, on_server = None, None, _ZONE, False
    if config is not None:
        looked, seen = _store(config)
        yield from looked
        yield from _of_folder(config, began, secrets, reach=reach)
        kept, zone = store_file(config.store_url), config.office.zone
        on_server = kept is None
    logged_at = seen.logged_at if seen else None
    yield from guarded("fonts", machine.fonts)
    yield from guarded("clock", lambda: machine.clock(zone, began, clocks(), logged_at))
    if known_until is not None:
        yield from guarded("calendar", lambda: machine.calendar(known_until, began.wall.date()))
    yield from guarded("software", machine.software)
    yield from guarded("daemon", lambda: keeping.beat_state(seen, began.wall))
    if config is not None and seen is not None and seen.current:
        yield from guarded("exports", lambda: keeping.exports_state(config.output, seen))
        yield from guarded("refusals", lambda: _reckoned(config))
    if seen is not None and seen.takeouts:
        yield keeping.takeout_state(seen.takeouts)
    yield from guarded("backup", lambda: keeping.backup_state(folder, kept, began.wall, on_server=on_server))


def config_state(config: Config | None, problems: Sequence[Problem]) -> Finding:
    """Whether config.toml can be used."""
    if config is None:
        return bad("config", problems[0].message, "mend config.toml", problems[0].message_zh)
    if problems:
        found = f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in config.toml"
        advice = ("`campaigner check` lists them", "运行 campaigner check 可逐条列出")
        return bad("config", found, *advice) if blocks(problems) else warn("config", found, *advice)
    counts = f"{len(config.campaigns)} campaigns, {len(config.audiences)} audiences"
    return ok("config", f"{counts}; `campaigner check` reads templates and lists too")


def guarded(name: str, check: Callable[[], Finding | Sequence[Finding]]) -> list[Finding]:
    """What a check finds; its own failure is bad news as well, told without what it may quote."""
    try:
        found = check()
    except CampaignerError as error:
        line, _end, advice_zh = str(error).partition("\n")
        return [bad(name, line, "see docs/running.md", advice_zh or "请查看 docs/running.md")]
    except Exception as error:  # noqa: BLE001 - one failing check must not hide what the others find
        why = getattr(error, "strerror", None) or type(error).__name__
        return [
            bad(
                name, f"cannot be checked: {why}",
                "see whether the user that runs campaigner may read it, and docs/running.md",
                "无法检查：请确认运行程序的用户有读取权限，并查看 docs/running.md",
            )
        ]  # fmt: skip
    return [found] if isinstance(found, Finding) else list(found)


def _store(config: Config) -> tuple[list[Finding], Inspection | None]:
    """The store and the end of its log; and what later checks want of it."""
    seen: Inspection | None = None

    def look() -> Sequence[Finding]:
        nonlocal seen
        path = store_file(config.store_url)
        if path is None:
            seen = inspect_server(config.store_url, store_password(config.folder))
        else:
            hindered = obstacle(path)
            if hindered is not None:
                return [
                    bad("store", hindered.message, "then run `campaigner doctor` again", hindered.message_zh)
                ]
            filled = path.exists() and path.stat().st_size > 0
            seen = inspect_store(path, key_of(config.folder, path)) if filled else None
        gone = office_of(config).traces(path) if seen is None or not seen.schema else None
        if gone:
            raise lost(gone, *missing(path), on_server=path is None)
        return [keeping.store_state(seen), keeping.log_state(seen), *_place(config, seen)]

    return guarded("store", look), seen


def _reckoned(config: Config) -> list[Finding]:
    """Refusals and deletions that are not those of the log; nothing where they are."""
    path = store_file(config.store_url)
    key = key_of(config.folder, path) if path is not None else None
    password = "" if path is not None else store_password(config.folder)
    with reading(path, key, config.store_url, password) as connection:
        return keeping.reckoned_state(gaps(connection))


def _place(config: Config, seen: Inspection | None) -> list[Finding]:
    """Whether the store is where it belongs; nothing of a store on a server, or that does not say."""
    path = store_file(config.store_url)
    if path is None or seen is None or seen.home is None:
        return []
    original = has_original(seen.home, path)
    found = standing(seen.home, here(path), original=original)
    words = words_of(found, seen.home)
    if words is not None:
        line, _run, command = words[0].partition(" run  ")
        return [bad("place", line.rstrip(","), f"run  {command}", words[1])]
    moved = (
        "moved here; the next command follows it"
        if found is Standing.MOVED
        else "on its machine, in its place"
    )
    return [ok("place", moved)]


def _of_folder(config: Config, began: Moment, secrets: Secrets | None, *, reach: bool) -> Iterator[Finding]:
    checks: list[tuple[str, Callable[[], Finding | Sequence[Finding]]]] = [
        ("people", lambda: people(config.staff)),
        ("permissions", lambda: places.permissions(config)),
        ("output", lambda: places.output_state(config)),
        ("disk", lambda: places.disk(config)),
        ("gateways", lambda: gateways(config, secrets, reach=reach)),
        ("executor", lambda: executor_state(config.executor, reach=reach)),
        ("audiences", lambda: places.audiences(config, began.wall)),
    ]
    for name, check in checks:
        yield from guarded(name, check)
