"""Printing: the messages of a run that are no SMS become files in its folder."""

from collections.abc import Iterator

from campaigner.artefacts import registry
from campaigner.artefacts.kind import Press
from campaigner.delivery.parcel import Parcel
from campaigner.domain.message import Message
from campaigner.domain.planning import Run, Tally
from campaigner.errors import RenderError
from campaigner.stages.briefs import brief_of_run
from campaigner.stages.desk import Work
from campaigner.store import messages


def print_channel(work: Work, run: Run, tally: Tally, parcel: Parcel) -> None:
    """Print what a run has on one channel.

    Raises:
        ArtefactError: Nothing that is installed can print it.
        RenderError: It came to no file, though there are messages.
        StateError: The channel is no longer in config.toml.
    """
    channel = tally.channel
    kind = registry.printed(channel)
    brief = brief_of_run(work.desk, run, channel)
    before, taken = len(parcel.files), 0

    def filed() -> Iterator[Message]:
        nonlocal taken
        for block in messages.ordered(connection, run, channel, filed=True):
            for _id, message in block:
                taken += 1
                yield message

    with (
        work.store.read() as connection,
        work.progress.bar(f"printing {channel} of {run.code}", tally.recipients) as bar,
    ):
        source = filed()
        kind.print(brief, source, Press(parcel, work.over, bar.advance))
        left = sum(1 for _message in source)
    if left or (taken and len(parcel.files) == before):
        raise RenderError(
            f"of {taken} messages of channel {channel} of run {run.code}, {left or taken} were not printed; "
            "nothing was exported",
            f"任务 {run.code} 的 {channel} 共{taken}份，其中{left or taken}份没有印出，没有导出",
        )
