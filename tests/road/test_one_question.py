"""Every way on which bytes leave, with each kind of change after the approval: all leaves as approved, or nothing."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from sqlalchemy import update

from campaigner.answers.account import verify
from campaigner.delivery import registry
from campaigner.delivery.credentials import FILE
from campaigner.domain.lifecycle import RunState
from campaigner.errors import CampaignerError
from campaigner.exports.parcel import hashes
from campaigner.road import deliver
from campaigner.road.clearance import Urgency
from campaigner.road.deliver import export
from campaigner.road.generate import READY, generate
from campaigner.road.queue import Terms, fill_outbox
from campaigner.road.review import approve
from campaigner.road.send import send
from campaigner.road.wire import Wire
from campaigner.store import runs, senders
from campaigner.store.tables import MessageRow, WordingRow
from tests.fakes.carrier import Script
from tests.offices.office import at, marked
from tests.offices.road import APPROVER
from tests.offices.small import SAME, Small
from tests.road.test_sharing import FAR

RUN = "c-20261207-0900"
SUNDAY, MONDAY, TUESDAY = "2026-12-06T10:00", "2026-12-07T09:00", "2026-12-08T09:00"
URGENT = Urgency(APPROVER, "急")
Act = Callable[[Small], object]
Change = Callable[[Small], Act | None]
_TEXT = WordingRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
def ways_out(script: Script, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """Every kind of way out beside each other: files, a carrier in memory, a server."""
    before = registry.entry_points
    point = EntryPoint("sftp", "campaigner.delivery.sftp:SftpGateway", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([*before(group=group), point]))
    monkeypatch.setattr("campaigner.road.blocks.BLOCK", 1)
    registry.kind.cache_clear()
    yield script
    registry.kind.cache_clear()


# ---- what changes ----


def edited(file: str, old: str, new: str) -> Change:
    """Somebody edits a file of the folder; what comes back puts it as it was, nothing if there is nothing to edit."""

    def change(small: Small) -> Act | None:
        path = small.folder / file
        before = path.read_text("utf-8") if path.exists() else None
        if before is None:
            path.write_text(new, "utf-8")
            return lambda _small: path.unlink()
        if old not in before:
            return None
        path.write_text(before.replace(old, new, 1), "utf-8")
        return lambda _small: path.write_text(before, "utf-8")

    return change


def reworded(small: Small) -> Act:
    """Somebody who has the store's key writes another text into it."""
    with small.store.begin() as connection:
        texts = [
            *connection.execute(_TEXT.select()).mappings(),
            *connection.execute(_MESSAGE.select()).mappings(),
        ]
        connection.execute(update(_TEXT).values(text="请转账到安全账户"))
        connection.execute(update(_MESSAGE).where(_MESSAGE.c.body != "").values(body="{}"))

    def back(_small: Small) -> None:
        with small.store.begin() as connection:
            for row in texts:
                table, name = (_TEXT, "text") if "text" in row else (_MESSAGE, "body")
                connection.execute(update(table).where(table.c.id == row["id"]).values({name: row[name]}))

    return back


CHANGES: dict[str, Change] = {
    "signature": edited("config.toml", 'signature = "测试镇反诈中心"', 'signature = "别的单位"'),
    "kind": edited("config.toml", 'kind = "files"', 'kind = "fake"'),
    "kind of a live one": edited("config.toml", 'kind = "fake"', 'kind = "files"'),
    "host": edited("config.toml", 'host = "127.0.0.1"', 'host = "localhost"'),
    "port": edited("config.toml", "port = 9", "port = 10"),
    "key": edited("config.toml", 'host_key = "SHA256:a', 'host_key = "SHA256:b'),
    "profile": edited("config.toml", "price = 0.05", 'price = 0.05\nprofile = "neutral"'),
    "price": edited("config.toml", "price = 0.05", "price = 0.06"),
    "office": edited("config.toml", 'place = "测试镇"', 'place = "外镇"'),
    "template": edited("templates/sms/general.txt.jinja", "{{ warning.short }}", "{{ warning.short }}改"),
    "letter": edited("templates/letter/general.md.jinja", "", "补充："),
    "warning": edited("templates/warnings/personal-data.toml", "陌生人要身份证号", "有人要身份证号"),
    "segment": edited("config.toml", 'segment = "all"', 'segment = "few"'),
    "rules": edited("templates/rules.toml", "", '[numbers.official]\n"0571-87654321" = "本县反诈中心"\n'),
    "texts": reworded,
    "schedule": edited("config.toml", '0 9 * * mon"', '0 9 * * tue"'),
}  # fmt: skip


# ---- how bytes leave ----


def exported(small: Small, moment: str = MONDAY, urgency: Urgency | None = None) -> None:
    export(small.at(moment), small.run(RUN), urgency)


def sending(small: Small, moment: str = MONDAY, urgency: Urgency | None = None) -> None:
    wire = Wire(small.store, lambda: at(moment))
    try:
        send(small.at(moment), small.run(RUN), wire, urgency)
    finally:
        wire.close()


WAYS: dict[str, Act] = {
    "export": exported,
    "urgent export": lambda small: exported(small, MONDAY, URGENT),
    "next day's export": lambda small: exported(small, TUESDAY),
    "send": sending,
    "urgent send": lambda small: sending(small, MONDAY, URGENT),
    "next day's send": lambda small: sending(small, TUESDAY),
    "daemon": lambda small: small.daemon(MONDAY),
    "next day's daemon": lambda small: small.daemon(TUESDAY),
}


# ---- how far a run is ----


def approved(small: Small) -> None:
    """Plan, write and approve the run, whatever it is."""
    small.plan_at(SUNDAY)
    if small.run(RUN).state in READY:
        generate(small.at(SUNDAY), small.run(RUN))
    if small.run(RUN).state is RunState.GENERATED:
        run = small.run(RUN)
        approve(
            small.at(SUNDAY, APPROVER),
            run,
            again=SAME,
            contents=(f"{run.digest}-{run.planned.content_hash}",),
        )
    assert small.run(RUN).state is RunState.APPROVED


def shown(small: Small) -> None:
    """Killed when the folder was shown, and before the log had it."""

    def killed(*_what: object) -> None:
        raise KeyboardInterrupt

    approved(small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            exported(small)


def partly_exported(small: Small) -> None:
    approved(small)
    exported(small)
    assert small.run(RUN).state is RunState.PARTLY


def lost(small: Small) -> None:
    """Out as a whole; then somebody deletes a file, again and again."""
    approved(small)
    exported(small)


def not_on_the_server(small: Small) -> None:
    """The folder is shown, and nobody listens where it should be taken."""
    approved(small)
    with pytest.raises(CampaignerError):
        exported(small)
    assert small.run(RUN).state is RunState.RELEASING


def partly_sent(small: Small) -> None:
    approved(small)
    sending(small)
    assert small.run(RUN).state is RunState.PARTLY


def under_way(small: Small) -> None:
    """A release as a process has it in the store that is sending."""
    approved(small)
    run = small.run(RUN)
    with small.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, at(MONDAY), attempt=run.attempt + 1)
        mine = runs.find(connection, RUN)
        terms = Terms(at(MONDAY), 50_000, urgent=False, marked=frozenset())
        release = fill_outbox(small.at(MONDAY), connection, mine, terms).release
    assert release


def killed_sending(small: Small) -> None:
    """A process took two messages as its own, and was killed."""
    under_way(small)
    marked(small, small.run(RUN), 1, 2, MONDAY)


def shared(small: Small) -> None:
    """Another machine is sending it."""
    under_way(small)
    with small.store.begin() as connection:
        senders.join(connection, small.run(RUN), 1, FAR, at(MONDAY))
        senders.open_to_all(connection, small.run(RUN), 1)


WALK = [
    *(("files", approved, way) for way in ("export", "urgent export", "daemon")),
    *(("files", shown, way) for way in ("export", "urgent export", "daemon")),
    *(("few files", partly_exported, f"next day's {way}") for way in ("export", "daemon")),
    ("files", lost, "export"),
    *(("letters", approved, way) for way in ("export", "daemon")),
    *(("letters", shown, way) for way in ("export", "daemon")),
    ("letters", lost, "export"),
    *(("server", not_on_the_server, way) for way in ("export", "daemon")),
    *(("live", approved, way) for way in ("send", "urgent send", "daemon")),
    *(("few live", partly_sent, f"next day's {way}") for way in ("send", "daemon")),
    *(("live", killed_sending, way) for way in ("send", "daemon")),
    ("live", shared, "send"),
]


def office_of(folder: Path, what: str) -> Small:
    small = Small(folder, "fake" if "live" in what else "files")
    config = folder / "config.toml"
    text = config.read_text("utf-8")
    if "few" in what:
        text = text.replace("price = 0.05", "price = 0.05\nper_day = 2")
    if what == "letters":
        text = text.replace('gateway = "carrier"\nchannels.sms = { template = "sms/general" }',
                            'channels.letter = { template = "letter/general" }')  # fmt: skip
    if what == "server":
        server = 'kind = "sftp"\nhost = "127.0.0.1"\nport = 9\nusername = "u"\nhost_key = "SHA256:a"\nrehearsal = true'
        text = text.replace('kind = "files"', server)
        (folder / FILE).write_text('[carrier]\npassword = "p"\n', "utf-8")
        (folder / FILE).chmod(0o600)
    config.write_text(text, "utf-8")
    return small


def out(small: Small) -> dict[str, str]:
    """What anybody can see in the output folder of the run, but what is drawn beside it to be compared."""
    folder = small.folder / "out"
    return {
        path: digest
        for path, digest in (hashes(folder) if folder.exists() else {}).items()
        if path.startswith(RUN) and ".differs/" not in path
    }


ASKED = {"schedule", "segment"}
"""Changes by which a run is no longer asked for: of which some is out, that is held by them, see `test_asking`."""
NOT_OF = {"letters": {"signature", "kind", "price", "profile", "template"}}
"""Changes that are none of what a run is made of."""


def spoilt(small: Small) -> None:
    """Somebody deletes the files of what is out."""
    for path in (small.folder / "out" / RUN).rglob("*.*"):
        if path.suffix in {".csv", ".pdf"}:
            path.unlink()


@pytest.mark.parametrize(("what", "state", "way"), WALK)
def test_nothing_leaves_otherwise_than_it_was_approved(
    office: Path, ways_out: Script, what: str, state: Callable[[Small], None], way: str
) -> None:
    small = office_of(office, what)
    state(small)
    whole = out(small)
    tried = []
    for name, change in CHANGES.items():
        if name in NOT_OF.get(what, {"letter"}) or (name in ASKED and state is not approved):
            continue
        if state is approved:
            state(small)
        elif state is lost:
            spoilt(small)
        before, sent = out(small), list(ways_out.sent)
        back = change(small)
        if back is None:
            continue
        with suppress(CampaignerError):
            WAYS[way](small)
        after = out(small)
        assert ways_out.sent == sent, name
        assert {path for path in after if whole.get(path) != after[path]} == set(), name
        assert before.items() <= after.items(), name
        back(small)
        tried.append(name)
    assert len(tried) >= 5
    assert verify(small.store).broken == ""
    if state not in {approved, shared, not_on_the_server}:
        WAYS[way](small)
        assert small.run(RUN).state is RunState.RELEASED
        assert whole.items() <= out(small).items()
        assert len({message.phone for message in ways_out.sent}) == len(ways_out.sent)
        assert verify(small.store).broken == ""
