"""What is read of a run on its way out is, to the byte, what was generated and approved; also after it was checked."""

import secrets
from collections.abc import Iterable, Iterator, Sequence

from campaigner.domain.campaign import Channel
from campaigner.domain.fingerprint import Columns, Fingerprints
from campaigner.domain.message import Message, Outgoing
from campaigner.domain.planning import Run
from campaigner.errors import StoreError
from campaigner.store import messages
from campaigner.workspace.collecting import old_left_alone
from campaigner.workspace.desk import Work

_KEY_BYTES = 16


class Checked:
    """A run whose stored messages were those that were approved; whatever is read of it later is held against that.

    Args:
        run: Which run.
        fingerprints: Of its messages, taken as the digest was.
    """

    def __init__(self, run: Run, fingerprints: Fingerprints) -> None:
        self._run, self._fingerprints = run, fingerprints

    def sms(self, block: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """The block, if it is as it was.

        Raises:
            StoreError: One of its messages is not.
        """
        if block:
            numbers, phones, texts = zip(*block, strict=True)
            self._require(Channel.SMS, Columns(numbers, phones, [1] * len(block), texts))
        return block

    def paper(
        self, channel: Channel, blocks: Iterable[list[tuple[int, Message]]]
    ) -> Iterator[list[tuple[int, Message]]]:
        """The blocks, each of them as it was; raises as `sms` does."""
        for block in blocks:
            rows = [(number, message.recipient, message.copies, message.body) for number, message in block]
            self._require(channel, Columns(*zip(*rows, strict=True)))
            yield block

    def _require(self, channel: Channel, block: Columns) -> None:
        number = self._fingerprints.differing(channel, block)
        if number is not None:
            raise StoreError(
                f"message {number} of run {self._run.code} was changed in the store after the run had been checked for "
                "its release; it does not go out, and nothing after it\n"
                f"任务 {self._run.code} 在发出过程中，存储里的第 {number} 号内容被改动，已停止发出："
                "请查明是谁改动了存储，再用 campaigner pending 查看已发出多少"
            )


@old_left_alone()
def check_digest(work: Work, run: Run) -> Checked:
    """Look whether the messages in the store are those that were generated and approved.

    Raises:
        StoreError: They are not.
    """
    channels = [tally.channel for tally in run.planned.tallies]
    fingerprints = Fingerprints(secrets.token_hex(_KEY_BYTES))
    with work.store.read() as connection, work.progress.bar(f"checking {run.code}", run.quantity) as bar:
        stored = messages.digest(connection, run, channels, bar.advance, fingerprints)
    if stored != run.digest:
        raise StoreError(
            f"the stored messages of run {run.code} are not those that were approved; nothing of it goes out\n"
            f"任务 {run.code} 存储中的内容与批准时不一致，不予发出：请用 campaigner return 退回后重新生成、批准"
        )
    return Checked(run, fingerprints)
