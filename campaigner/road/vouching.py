"""What entries of the log hold besides figures, so that texts, titles and papers can be proved by it later."""

import hashlib
from typing import Any

from campaigner.domain.campaign import Channel
from campaigner.domain.evidence import DRAWN, PRINTED, text_sheet
from campaigner.domain.planning import PlannedRun, Run
from campaigner.domain.roles import Deed
from campaigner.errors import StoreError
from campaigner.store import log, messages
from campaigner.store.engine import Connection
from campaigner.store.releases import Release
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import told


def wording_facts(work: Work, connection: Connection, run: Run, planned: PlannedRun) -> dict[str, Any]:
    """What a `generated` entry says of a run's wording: titles, price, and the hash of the texts that all share.

    Args:
        work: Desk and store.
        connection: The transaction that the run becomes whole in.
        run: The run.
        planned: Its plan with the figures of what was written.
    """
    texts = shared_texts(connection, run)
    segments = work.desk.config.segments
    return {
        "title": told(planned.title),
        "segments": {
            tally.channel.value: told(segments[tally.segment].title if tally.segment in segments else tally.segment)
            for tally in planned.tallies
        },
        "price_milli": max((tally.price_milli for tally in planned.tallies), default=0),
        "texts": hashlib.sha256(text_sheet(texts).encode()).hexdigest() if texts else "",
    }  # fmt: skip


def require_as_generated(work: Work, run: Run) -> None:
    """See that what somebody looks at or approves is, to the byte, what was generated under the digest that he names.

    Raises:
        StoreError: The stored messages are others.
    """
    channels = [tally.channel for tally in run.planned.tallies]
    with work.store.read() as connection, work.progress.bar(f"checking {run.code}", run.quantity) as bar:
        stored = messages.digest(connection, run, channels, bar.advance)
    if stored != run.digest:
        raise StoreError(
            f"the stored messages of run {run.code} are not those that were generated: return it, and "
            f"generate it again\n"
            f"{run.code} 存储中的内容与编写时的不一致：请退回并重新生成"
        )


def shared_texts(connection: Connection, run: Run) -> list[str]:
    """The SMS texts of a run that its recipients share, in the order in which they were written."""
    return [text for _number, text in sorted(messages.wordings(connection, run, Channel.SMS).items())]


def form_drawn(work: Work, run: Run, form: bytes) -> None:
    """Log the hash of an approval form, so that it can be told from another one; once for each that differs.

    Args:
        work: Desk, store and time.
        run: The run that it was drawn of.
        form: Its PDF.
    """
    work.ask(Deed.DRAW)
    facts = {
        "sha256": hashlib.sha256(form).hexdigest(),
        "content": run.planned.content_hash,
        "digest": run.digest,
    }
    with work.store.begin() as connection:
        known = (entry.fields["sha256"] for entry in log.entries(connection, run.code, (DRAWN,)))
        if facts["sha256"] not in known:
            work.record(connection, DRAWN, run.code, facts)


def paper_printed(work: Work, run: Run, release: Release, manifest: str) -> None:
    """Log the manifest of the print folder of a run whose SMS are sent live.

    Args:
        work: Desk, store and time.
        run: The run.
        release: With what it is printed; its quantity is what the manifest states.
        manifest: SHA-256 of the manifest.
    """
    facts = {
        "release": release.number,
        "manifest": manifest,
        "quantity": release.quantity,
        "digest": run.digest,
    }
    with work.store.begin() as connection:
        work.record(connection, PRINTED, run.code, facts)
