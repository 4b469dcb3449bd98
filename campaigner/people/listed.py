"""What the office's lists say of refusals: kept once it was read, and nobody is written to while it cannot be read.

A refusal holds for every list and every campaign, so one list that cannot be read holds back every SMS: whoever
refused in it may stand in another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from campaigner.domain.campaign import Channel
from campaigner.domain.masking import masked
from campaigner.domain.people import Audience, Kind
from campaigner.domain.planning import PlannedRun
from campaigner.domain.problem import Level, Problem
from campaigner.domain.subject import pseudonym
from campaigner.errors import StateError
from campaigner.intake.faults import problem_of
from campaigner.intake.filenames import paths_of
from campaigner.intake.refusing import ListRefusals, refusals_in
from campaigner.people.takeouts import write_notices
from campaigner.store import erasures, refusals, settings, takeouts, unreadfiles
from campaigner.store.engine import Store
from campaigner.store.refusals import LIST, Refusal
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.reason import file_word

SHOWN = 20
"""Problems of one list that are named; one of them stops as much as all."""

_read: dict[tuple[Path, str], tuple[object, ListRefusals]] = {}
"""What each list said when it was last read, and in which state its file was then."""


def list_refusals(desk: Desk, asked: frozenset[int] = frozenset()) -> Mapping[str, ListRefusals]:
    """What each list says of refusals; one whose file is as it was is not read again.

    Args:
        desk: The working folder.
        asked: Phones of which is wanted whether a list says that they want messages.
    """
    found: dict[str, ListRefusals] = {}
    for name, audience in desk.config.audiences.items():
        key = (desk.config.folder, name)
        state = (audience, list_state(audience, desk.config.folder))
        known = _read.get(key)
        if known is None or (known[0] != (*state, asked) and (asked or known[0][:2] != state)):  # type: ignore[index]
            known = ((*state, asked), refusals_in(audience, desk.config.folder, asked))
            _read[key] = known
        found[name] = known[1]
    return found


def marked_phones(desk: Desk) -> frozenset[int]:
    """Phones that refuse, or may refuse, by any list."""
    found: frozenset[int] = frozenset()
    for one in list_refusals(desk).values():
        found = found | one.phones if found and one.places else found or one.phones
    return found


def list_state(audience: Audience, folder: Path) -> object:
    """What changes with each edit of a list, in whichever of its files.

    Args:
        audience: The list.
        folder: The working folder.
    """
    return tuple((path, file_state(path)) for path in paths_of(audience, folder))


def file_state(path: Path) -> tuple[int, ...] | None:
    """What changes with each edit of a file; None if it is not there."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def unread(desk: Desk) -> Iterator[tuple[Audience, list[Problem]]]:
    """Lists of which it is not certain who refuses in them, each with why."""
    lists = list_refusals(desk)
    for name, audience in desk.config.audiences.items():
        problems = lists[name].blocking
        if ("audiences", name) in desk.config.faulty and audience.kind is not Kind.PLACES:
            problems = [_faulty(desk, name), *problems]
        if problems:
            yield audience, problems


def _faulty(desk: Desk, name: str) -> Problem:
    line, column = desk.config.where.get(("audiences", name), (None, None))
    return Problem(
        "config-faulty", f"audiences.{name} in config.toml has a problem; mend it first",
        f"config.toml 中的 audiences.{name} 有问题，请先改正", "config.toml", line, column,
    )  # fmt: skip


def list_problems(desk: Desk) -> list[Problem]:
    """Every place in a list that may hide a refusal, and how many gave no answer where a list asks for consent."""
    found = [problem for _audience, problems in unread(desk) for problem in problems[:SHOWN]]
    for name, one in list_refusals(desk).items():
        if one.unsaid:
            detail = {"count": str(one.unsaid), "header": "、".join(one.columns), "audience": name}
            file = desk.config.audiences[name].file
            found.append(problem_of("consent-unsaid", file, detail=detail, level=Level.WARN))
    return found


def holds(desk: Desk) -> list[Problem]:
    """Why no SMS may go out: one problem for each list of which it is not certain who refuses in it."""
    found = []
    for audience, problems in unread(desk):
        first, more = problems[0], len(problems) - 1
        others, others_zh = (f"; {more} more places", f"；另有{more}处") if more else ("", "")
        found.append(
            Problem(
                "refusals-unreadable",
                f"no SMS goes out, to nobody, while the list {audience.name} may hold refusals that cannot be read "
                f"({first.place}): {first.message}{others}",
                f"名单 {audience.name} 里可能有读不出的拒收记录（{first.place}），在此之前所有短信一律不发："
                f"{first.message_zh}{others_zh}",
                first.source, first.line, first.column,
            )
        )  # fmt: skip
    return found


def file_holds(store: Store) -> list[Problem]:
    """Why no SMS may go out: one problem for each file of refusals of which not every row could be read."""
    with store.read() as connection:
        files = [replace(file, name=masked(file.name)) for file in unreadfiles.every(connection)]
    return [
        Problem(
            "refusals-unreadable",
            f"no SMS goes out, to nobody, while the file of refusals {file.name} has not been read whole ({file.why}): "
            f"mend it and `campaigner optout import` it again under this name, or `campaigner optout done {file.name} "
            "--by NAME --reason TEXT` if nothing of it is missing",
            f"拒收文件 {file.name} 没有全部读入（{file.why}），在此之前所有短信一律不发：请改好后用原文件名重新运行 "
            f"campaigner optout import；确认没有遗漏的，campaigner optout done {file.name} --by 姓名 --reason 原因",
            file.name,
        )
        for file in files
    ]  # fmt: skip


def has_sms(planned: PlannedRun) -> bool:
    """Whether a run writes to telephones."""
    return any(tally.channel is Channel.SMS for tally in planned.tallies)


def require_readable_lists(work: Work, planned: PlannedRun) -> None:
    """Keep what the lists say of refusals, and see that all of them can be read before a run goes on.

    Raises:
        StateError: A list may hold refusals that cannot be read, and the run has SMS.
    """
    enter_listed(work)
    held = [*holds(work.desk), *file_holds(work.store)] if has_sms(planned) else []
    if held:
        raise StateError(
            f"run {planned.code} waits: {held[0].message}\n{held[0].message_zh}"
            + "".join(f"\n{other.place}: {other.message}\n{other.message_zh}" for other in held[1:])
        )


def enter_listed(work: Work) -> int:
    """Keep every refusal that a list holds and that is not kept yet, with its list, its place and the day.

    So next month's list cannot forget it. Who was deleted at his own wish is kept as a hash only, and stays so.

    Returns:
        How many are new.
    """
    lists = list_refusals(work.desk)
    if not any(one.places for one in lists.values()):
        return 0
    with work.store.read() as connection:
        known = refusals.phones(connection)
    if all(known.issuperset(one.places) for one in lists.values()):
        return 0
    count = outside = 0
    with work.store.begin() as connection:
        known = refusals.phones(connection)
        gone = erasures.phones(connection)
        salt = settings.salt(connection) if gone else b""
        for name, one in lists.items():
            file = work.desk.config.audiences[name].file
            fresh = [
                Refusal(phone, work.clock, f"{LIST}{name}", "", f"{place.source}:{place.line}:{place.column}")
                for phone, place in one.places.items()
                if phone not in known and not (gone and pseudonym(salt, phone) in gone)
            ]
            entered = work.enter_refusals(connection, fresh)
            phones = [refusal.phone for refusal in fresh]
            known |= set(phones)
            exported = takeouts.enter(connection, phones, f"{LIST}{name}", work.now)
            if entered.phones:
                facts = {**entered.as_data(), "source": f"{LIST}{name}", "note": file_word(connection, file)}
                work.record(connection, "refused", "", facts | ({"exported": exported} if exported else {}))
            count += entered.phones
            outside += exported
    if outside:
        write_notices(work)
    return count


def contradictions(work: Work) -> list[Problem]:
    """What lists say against refusals that are kept: a yes, or nothing any more; it lifts none of them."""
    with work.store.read() as connection:
        kept = {refusal.phone: refusal for refusal in refusals.every(connection)}
        counts = refusals.by_source(connection)
    lists = list_refusals(work.desk, frozenset(kept))
    found: list[Problem] = []
    for name, one in lists.items():
        file = work.desk.config.audiences[name].file
        for phone, place in sorted(one.welcome.items(), key=lambda entry: entry[1].line):
            if phone not in one.places and phone in kept:
                found.append(_contrary(work, place.source, place.line, place.column, kept[phone]))
        count = counts.get(f"{LIST}{name}", 0)
        if count and not one.columns and not one.blocking:
            found.append(_forgotten(file, count))
    return found


def _contrary(work: Work, file: str, line: int, column: str, refusal: Refusal) -> Problem:
    detail = {
        "since": f"{work.desk.local(refusal.at):%Y-%m-%d}",
        "source": refusal.place or refusal.source,
    }
    return problem_of("refusal-contrary", file, line, column, detail=detail, level=Level.WARN)


def _forgotten(file: str, count: int) -> Problem:
    return problem_of("refusals-forgotten", file, detail={"count": str(count)}, level=Level.WARN)


def still_listed(desk: Desk, phone: int) -> Iterable[str]:
    """Where lists still say that a phone refuses, as `file:line:column`."""
    for one in list_refusals(desk).values():
        if phone in one.places:
            place = one.places[phone]
            yield f"{place.source}:{place.line}:{place.column}"
