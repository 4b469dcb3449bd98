"""Review: a second person approves one content and one quantity, or sends it back."""

from datetime import datetime

from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, StateError
from campaigner.stages.desk import Desk
from campaigner.stages.writing import pinned_hash
from campaigner.store import approvals, batches, log, messages, runs
from campaigner.store.approvals import Approval
from campaigner.store.engine import Store

VOIDED = "settings, template or warning changed"


def approve(desk: Desk, store: Store, run: Run, now: datetime, by: str) -> Run:
    """Bind a second person's yes to what would go out: content hash, digest and quantity (CHK-04, CHK-05).

    Raises:
        ApprovalError: No name, or the author's own; or the settings changed since it was generated.
        StateError: The run is not waiting for approval.
    """
    name = by.strip()
    if run.state is not RunState.GENERATED:
        raise StateError(f"run {run.code} is {run.state}; only a generated run is approved")
    if not name:
        raise ApprovalError("an approval needs a name")
    if _same_person(name, run.author):
        raise ApprovalError(f"{name} prepared run {run.code}; somebody else must approve it")
    if void_if_changed(desk, store, run, now, name):
        raise ApprovalError(f"{VOIDED} since run {run.code} was generated; plan and generate it again")
    approval = Approval(name, now, run.planned.content_hash, run.digest, run.quantity, run.parts)
    with store.begin() as connection:
        runs.move(connection, run, RunState.APPROVED, now)
        approvals.add(connection, run, approval)
        log.append(
            connection, now, "approved", run.code, name,
            {
                "content": approval.content_hash, "digest": approval.digest,
                "quantity": approval.quantity, "parts": approval.parts,
            },
        )  # fmt: skip
        return runs.find(connection, run.code)


def send_back(store: Store, run: Run, now: datetime, by: str, reason: str) -> Run:
    """Return a generated run to its author with a reason.

    Raises:
        ApprovalError: No name or no reason.
        StateError: The run is not waiting for approval.
    """
    if not by.strip() or not reason.strip():
        raise ApprovalError("to return a run, give a name and a reason")
    if run.state is not RunState.GENERATED:
        raise StateError(f"run {run.code} is {run.state}; only a generated run is returned")
    with store.begin() as connection:
        runs.move(connection, run, RunState.RETURNED, now, returned_reason=reason)
        log.append(connection, now, "returned", run.code, by.strip(), {"reason": reason})
        return runs.find(connection, run.code)


def void_if_changed(desk: Desk, store: Store, run: Run, now: datetime, actor: str) -> bool:
    """Whether what the run was made of has changed; then its approval is void and it must be prepared again."""
    campaign = desk.config.campaigns.get(run.planned.campaign)
    if campaign is not None:
        current = pinned_hash(desk, campaign, run.planned.warnings, run.planned.due_at)
        if current == run.planned.content_hash:
            return False
    with store.begin() as connection:
        approvals.void(connection, run, now, VOIDED)
        messages.clear(connection, run)
        batches.clear(connection, run)
        runs.move(connection, run, RunState.PLANNED, now, digest="", quantity=0, parts=0)
        log.append(connection, now, "voided", run.code, actor, {"why": VOIDED})
    return True


def _same_person(one: str, other: str) -> bool:
    """Names compare without spaces and case: 王 经办 is 王经办."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
