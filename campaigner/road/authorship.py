"""Authorship: who stands for what a run says; the daemon is nobody, so a person must stand for what it wrote."""

from campaigner.domain.approval import VOUCHED, author_of
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import plain_line, same_person
from campaigner.domain.planning import Run
from campaigner.domain.roles import DAEMON, Deed
from campaigner.domain.second_person import Author
from campaigner.domain.standing import IN_CHINESE
from campaigner.errors import ApprovalError, StateError
from campaigner.road.asking import require
from campaigner.road.changed import refuse_changed
from campaigner.road.overdue import refuse_superseded
from campaigner.store import log, runs
from campaigner.workspace.desk import Work


def author(work: Work, run: Run) -> Author:
    """Who stands for the messages of a run, by the log; a row of the store is not asked."""
    with work.store.read() as connection:
        return author_of(log.entries(connection, run.code))


def vouch(work: Work, run: Run) -> Run:
    """Stand as its author for a run that the daemon wrote: for these texts and this quantity, until they change.

    Args:
        work: Desk, store and time; its actor is the author.
        run: A run that the daemon generated, not yet approved.

    Raises:
        NotAskedError: The configuration no longer asks for it, or a newer run takes its place.
        ApprovalError: No person's name, or what it was made of has changed since.
        StateError: It does not wait for approval, or a person wrote it.
        OvertakenError: Another process moved it meanwhile.
    """
    work.ask(Deed.GENERATE)
    name = plain_line(work.actor)
    if run.state is not RunState.GENERATED or not same_person(writer(work, run), DAEMON):
        raise StateError(
            f"run {run.code} is {run.state}; only a planned or returned run is generated\n"
            f"任务 {run.code} {IN_CHINESE[run.state]}：只有已计划或已退回的任务才能生成"
        )
    if not name or same_person(name, DAEMON):
        raise ApprovalError(
            "only a person can stand for a run; name one with --by\n只有人能对内容负责，请用 --by 写姓名"
        )
    require(work, run)
    refuse_superseded(work, run)
    refuse_changed(work, run)
    facts = {"content": run.planned.content_hash, "digest": run.digest, "quantity": run.quantity}
    with work.store.begin() as connection:
        runs.vouched(connection, run, name)
        work.record(connection, VOUCHED, run.code, facts)
        return runs.find(connection, run.code)


def writer(work: Work, run: Run) -> str:
    """In whose name the messages of a run were written, whoever stood for them afterwards; by the log."""
    with work.store.read() as connection:
        written = list(log.entries(connection, run.code, ("generated",)))
    return written[-1].actor if written else ""
