"""Review: a second person approves one content and one quantity, or sends it back."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from campaigner.content.wording import OVERRIDDEN, overrides_of, overriding, run_findings
from campaigner.domain.approval import APPROVED, Approval, author_of
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import plain_line
from campaigner.domain.planning import Run
from campaigner.domain.problem import Level
from campaigner.domain.repeats import Repeats
from campaigner.domain.roles import Deed
from campaigner.domain.second_person import Unfit, unfit
from campaigner.domain.standing import IN_CHINESE, not_so
from campaigner.domain.wording.rules import RuleFinding, apply_overrides
from campaigner.errors import ApprovalError, StateError
from campaigner.people.listed import require_readable_lists
from campaigner.road.asking import require
from campaigner.road.changed import bindings, refuse_changed
from campaigner.road.closing import at_rest
from campaigner.road.forms import mark_forms, require_seen
from campaigner.road.overdue import refuse_superseded
from campaigner.road.repeats import Disclosure, disclosure_for, still_so
from campaigner.road.vouching import require_as_generated
from campaigner.store import approvals, log, runs
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import told

SHOWN = 10
"""Findings that an error message lists."""


def approve(
    work: Work,
    run: Run,
    overrides: Mapping[str, str] | None = None,
    again: str = "",
    contents: Sequence[str] = (),
) -> Run:
    """Bind the second person's yes to what would go out: content hash, digest, quantity (CHK-04, CHK-05).

    Args:
        work: Desk, store and time; its actor is the approver.
        run: A generated run.
        overrides: Rule of level `warn` -> the reason why what breaks it may pass; logged.
        again: Why phones that had this very text may get it once more; logged.
        contents: What the approver has seen, as his form shows it: at least twelve characters of the messages' hash
            of this run, or of each that is approved with it.

    Raises:
        NotAskedError: The configuration no longer asks for it, or a newer run takes its place.
        ApprovalError: No name, or the author's own, or the author's login; nobody stands for what the daemon wrote;
            the settings changed since it was generated; a form was drawn, and he does not name the content that it
            shows, or names another one; or phones had this text, or get it from a run that is approved, and nobody
            says why once more.
        StateError: The run is not waiting for approval, or a list cannot be read that may hold refusals.
        StoreError: The stored messages are not those that were generated.
    """
    work.ask(Deed.APPROVE)
    name = plain_line(work.actor)
    if run.state is not RunState.GENERATED:
        raise StateError(
            not_so(run.code, run.state, "only a generated run is approved", "只有已生成的任务才能批准")
        )
    if not name:
        raise ApprovalError("an approval needs a name\n批准要用 --by 写上审批人姓名")
    _refuse_own(work, run, name)
    require(work, run)
    refuse_superseded(work, run)
    refuse_changed(work, run)
    require_seen(work, run, contents)
    require_as_generated(work, run)
    require_readable_lists(work, run.planned)
    disclosed = disclosure_for(work, run)
    if disclosed.groups and disclosed.bound and not again.strip():
        raise ApprovalError(_asks_again(work, run, disclosed.repeats))
    passed = _read_texts(work, run, overrides or {})
    until = work.now + work.desk.config.approving.valid
    approval = Approval(
        name, work.now, run.planned.content_hash, run.digest, run.quantity, run.parts, until, disclosed.bound
    )
    tied = None if work.login is None else bool(work.desk.config.staff.persons)
    facts = approval.facts(**bindings(work.desk, run), until=work.desk.local(until), tied=tied)
    with work.store.begin() as connection:
        still_so(work, connection, run, disclosed)
        runs.move(connection, run, RunState.APPROVED, work.now)
        approvals.add(connection, run, approval)
        for override in passed:
            work.record(connection, OVERRIDDEN, run.code, override)
        work.record(connection, APPROVED, run.code, {**facts, **_repeated(disclosed, again)})
        return runs.find(connection, run.code)


def _refuse_own(work: Work, run: Run, name: str) -> None:
    """Whoever stands for a run does not approve it, neither by another name nor as the same user (CHK-04)."""
    with work.store.read() as connection:
        author = author_of(log.entries(connection, run.code))
    why = unfit(name, work.login, author, tied=bool(work.desk.config.staff.persons), also=run.author)
    match why:
        case None:
            return
        case Unfit.UNVOUCHED:
            raise ApprovalError(
                f"the daemon wrote run {run.code}; before {name} approves it, its author must stand for it:  "
                f"campaigner generate {run.code} --by NAME\n"
                f"任务 {run.code} 由守护进程自动编写，批准前须由{name}以外的拟稿人确认内容："
                f"campaigner generate {run.code} --by 姓名"
            )
        case Unfit.DAEMON | Unfit.AUTHOR:
            raise ApprovalError(
                f"{name} prepared run {run.code}; somebody else must approve it\n"
                f"任务 {run.code} 由{name}拟稿，须由另一个人批准"
            )
        case Unfit.LOGIN:
            raise ApprovalError(
                f"run {run.code} was prepared as user `{author.login}`, too, by {author.name}; whoever approves it "
                f"works as another user: one login of the system for each person in [people]\n"
                f"任务 {run.code} 的拟稿（{author.name}）和审批用的是同一个系统用户 {author.login}；"
                "请审批人用自己的系统用户登录后再批准，[people] 中每人一个用户"
            )
        case _:
            assert_never(why)


def _asks_again(work: Work, run: Run, repeats: Repeats) -> str:
    lines = "\n".join(f"  {line}\n  {line_zh}" for line, line_zh in repeats.lines)
    held = ("", "")
    if work.desk.config.caps.same_text:
        held = (
            "; `same_text` of [caps] puts off those who had it, unless the run is let out as urgent",
            "；[caps] 的 same_text 会推迟发给已收到的号码，紧急发送除外",
        )
    return (
        f"run {run.code} needs a word, for people get the same again:\n{lines}\n"
        f"send it back, or say why once more with  --again REASON{held[0]}\n"
        f"请退回，或用 --again 理由 写明为什么再发一次{held[1]}"
    )


def _repeated(disclosed: Disclosure, again: str) -> dict[str, object]:
    """What the log says of phones that get the text once more; nothing where there are none."""
    if not disclosed.repeats:
        return {}
    reason = {"reason": told(again)} if disclosed.bound else {}
    return {"again": {**disclosed.repeats.as_data(), "bound": disclosed.bound, **reason}}


def _read_texts(work: Work, run: Run, overrides: Mapping[str, str]) -> list[dict[str, object]]:
    """What the log will say of each rule whose warnings the approver lets pass, by name and reason (CHK-01 to 29).

    Raises:
        ApprovalError: A text breaks a rule that nobody can let pass, or one that he does not.
    """
    findings = run_findings(work, run, work.desk.config.campaigns[run.planned.campaign])
    left, _used = apply_overrides(findings, overrides_of(work, run))
    blocking = [finding for finding in left if finding.level is Level.BLOCK]
    if blocking:
        raise ApprovalError(
            f"run {run.code} breaks rules that nobody can let pass:\n{_listed(blocking)}\n"
            f"任务 {run.code} 违反不能放行的规则：请按上面所列修改，再重新计划、生成"
        )
    warned = [finding for finding in left if finding.level is Level.WARN]
    asking = [finding for finding in warned if finding.rule not in overrides]
    if asking:
        raise ApprovalError(
            f"run {run.code} needs a look:\n{_listed(asking)}\n"
            f"mend the text, or let it pass with  --override {asking[0].rule}=REASON\n"
            f"任务 {run.code} 需要核对：请修改文字，或核实后加上 --override {asking[0].rule}=理由"
        )
    return [overriding(rule, overrides[rule], warned) for rule in sorted({one.rule for one in warned})]


def _listed(findings: Sequence[RuleFinding]) -> str:
    return "\n".join(
        f"  {finding.rule} [{finding.text}] {finding.message}\n      {finding.explanation_zh}{finding.instead_zh}"
        for finding in findings[:SHOWN]
    )


def send_back(work: Work, run: Run, reason: str) -> Run:
    """Return a run that is generated or approved, but not out, to its author with a reason.

    One that was being released by a process that was killed is returned, too, if nobody has seen anything of it.

    Raises:
        ApprovalError: No name or no reason.
        StateError: The run is neither waiting for approval nor for its export, or somebody is at work on it.
    """
    work.ask(Deed.RETURN)
    if not work.actor.strip() or not reason.strip():
        raise ApprovalError(
            "to return a run, give a name and a reason\n退回任务要用 --by 写上姓名，用 --reason 写明原因"
        )
    run = at_rest(work, run)
    if run.state in {RunState.RELEASING, RunState.PARTLY}:
        raise StateError(
            f"some of run {run.code} is out, or somebody may have seen its files: it is not returned. To end it:  "
            f"campaigner cancel {run.code} --by NAME --reason TEXT\n"
            f"{run.code} 已部分发出，或文件可能已被取用，不能退回；要终止请用 campaigner cancel"
        )
    if run.state not in {RunState.GENERATED, RunState.APPROVED}:
        wanted = "only a generated or approved run is returned", "只有已生成或已批准的任务才能退回"
        raise StateError(
            f"run {run.code} is {run.state}; {wanted[0]}\n任务 {run.code} {IN_CHINESE[run.state]}：{wanted[1]}"
        )
    with work.store.begin() as connection:
        approvals.void(connection, run, work.now, "returned")
        runs.move(connection, run, RunState.RETURNED, work.now, returned_reason=told(reason))
        work.record(connection, "returned", run.code, {"reason": told(reason)})
        sent_back = runs.find(connection, run.code)
    mark_forms(work, run.code)
    return sent_back


def let_lapse(work: Work, run: Run, why: str = "expired") -> None:
    """An approval that is too old, or no longer covers what it was given for; the run waits for another one."""
    with work.store.begin() as connection:
        approvals.void(connection, run, work.now, why)
        runs.move(connection, run, RunState.GENERATED, work.now)
        work.record(connection, "lapsed", run.code, {} if why == "expired" else {"why": why})
