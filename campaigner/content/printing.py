"""Printing: the messages of a run that are no SMS become files in its folder."""

from collections.abc import Iterator

from campaigner.artefacts import registry
from campaigner.artefacts.kind import Press
from campaigner.content.briefs import brief_of_run
from campaigner.content.checked import Checked
from campaigner.domain.message import Message
from campaigner.domain.planning import Run, Tally
from campaigner.errors import RenderError
from campaigner.exports.parcel import Parcel
from campaigner.store import messages
from campaigner.workspace.desk import Work


def print_channel(work: Work, run: Run, tally: Tally, parcel: Parcel, checked: Checked) -> None:
    """Print what a run has on one channel.

    Args:
        work: Desk and store.
        run: The run.
        tally: Of which channel.
        parcel: Where the files go.
        checked: Holds what is read against what was approved.

    Raises:
        ArtefactError: Nothing that is installed can print it.
        RenderError: It came to no file, though there are messages.
        StateError: The channel is no longer in config.toml.
    """
    channel = tally.channel
    kind = registry.printed(channel)
    brief = brief_of_run(work.desk, run, channel)
    before, taken, whole = len(parcel.files), 0, False

    def filed() -> Iterator[Message]:
        nonlocal taken, whole
        for block in checked.paper(channel, messages.ordered(connection, run, channel, filed=True)):
            for _id, message in block:
                taken += 1
                yield message
        whole = True

    with (
        work.store.read() as connection,
        work.progress.bar(f"printing {channel} of {run.code}", tally.recipients) as bar,
    ):
        source = filed()
        kind.print(brief, source, Press(parcel, work.over, bar.advance))
        left = sum(1 for _message in source)
    if left or not whole or (taken and len(parcel.files) == before):
        raise RenderError(
            f"not all messages of channel {channel} of run {run.code} were printed ({taken - left} were read, {left} "
            f"left over, {len(parcel.files) - before} files written); nothing was exported\n"
            f"任务 {run.code} 的 {registry.titles(channel)[0]} 没有全部印出，没有导出：请联系提供这一材料种类的人"
        )
