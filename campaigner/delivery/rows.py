"""The rows of a batch as a platform's profile wants them; a text that it would not take as approved is refused."""

from collections.abc import Iterator, Mapping, Sequence

from campaigner.delivery.gateway import Outgoing, Shipment
from campaigner.delivery.profiles import PHONES, Profile
from campaigner.domain import sms
from campaigner.errors import GatewayError
from campaigner.exports.sheets import FORMULA_STARTS


class Rows:
    """Reads a batch's messages and turns them into cells.

    Args:
        profile: What the platform takes.
        shipment: The batch.
        signature: What stands in 【】 before each text.
        suffix: What stands behind each text.
        formats: Formats that will be written.
    """

    def __init__(
        self, profile: Profile, shipment: Shipment, signature: str, suffix: str, formats: Sequence[str]
    ) -> None:
        self._profile = profile
        self._shipment = shipment
        self._signature = signature
        self._head = f"【{signature}】" if signature and profile.signature == "platform" else ""
        self._tail = suffix if profile.suffix == "platform" else ""
        self._spreadsheet = bool({"csv", "xlsx"} & set(formats))
        self._charset = profile.charset if "csv" in formats else "utf-8"
        self.count = shipment.rows
        self.due_at = shipment.due_at

    def cells(self, first: int, stop: int) -> Iterator[list[tuple[str, ...]]]:
        """Rows of some of the messages, in blocks.

        Args:
            first: Position of the first.
            stop: Position after the last.

        Raises:
            GatewayError: A text cannot go out as it was approved, or the batch holds fewer messages than it says.
        """
        for block in self._blocks(first, stop):
            columns = [self._column(column.value, block) for column in self._profile.columns]
            yield list(zip(*columns, strict=True))

    def parts(self, first: int, stop: int) -> int:
        """SMS parts of some of the messages."""
        return sum(sms.parts(message.text) for block in self._blocks(first, stop) for message in block)

    def only_text(self) -> str:
        """The one text that all messages have.

        Raises:
            GatewayError: They have several.
        """
        texts: set[str] = set()
        for block in self._blocks(0, self.count):
            texts |= set(self._texts(block))
            if len(texts) > 1:
                raise GatewayError(
                    f"the platform's form ({self._profile.title}) carries numbers only, so all messages must have the "
                    "same text; take a template without anything of the recipient, or another profile\n"
                    f"平台的格式（{self._profile.title}）只收号码，所有短信的文字必须相同："
                    "请用不含收件人信息的模板，或换一种格式"
                )
        return texts.pop() if texts else ""

    def _blocks(self, first: int, stop: int) -> Iterator[Sequence[Outgoing]]:
        position = 0
        for block in self._shipment.messages():
            wanted = block[max(first - position, 0) : max(stop - position, 0)]
            position += len(block)
            if wanted:
                yield wanted
            if position >= stop and stop < self.count:
                return
        if position != self.count:
            raise GatewayError(
                f"batch {self._shipment.number} of run {self._shipment.run} should have {self.count} messages; "
                f"{position} were found\n"
                f"任务 {self._shipment.run} 第 {self._shipment.number} 批应有 {self.count} 条短信，实有 "
                f"{position} 条：请停止导出，运行 campaigner doctor 检查记录库"
            )

    def _column(self, value: str, block: Sequence[Outgoing]) -> Sequence[str]:
        if value == "phone":
            head = PHONES[self._profile.phone]
            return [f"{head}{message.phone}" for message in block]
        if value == "text":
            return self._texts(block)
        if value == "id":
            return [str(message.id) for message in block]
        return [self._constant(value)] * len(block)

    def _constant(self, value: str) -> str:
        shipment = self._shipment
        return {
            "send_time": shipment.due_at.strftime(self._profile.time_format),
            "batch": f"{shipment.run}-{shipment.number:03d}",
            "run": shipment.run,
            "signature": self._signature,
            "empty": "",
        }[value]

    def _texts(self, block: Sequence[Outgoing]) -> list[str]:
        """The texts as they stand in the file; each is checked, because it must arrive as it was approved.

        Most messages of a block have the same text, so each text is looked at once.
        """
        texts = [message.text for message in block]
        first = dict(zip(reversed(texts), reversed(block), strict=True))
        written = {text: self._as_taken(first[text]) for text in dict.fromkeys(texts)}
        self._refuse_unwritable(block, written)
        return [written[text] for text in texts]

    def _as_taken(self, message: Outgoing) -> str:
        """The text of a message as the platform takes it.

        Raises:
            GatewayError: It does not take it as it was approved.
        """
        self._refuse_long(message)
        text = message.text
        if self._head or self._tail:
            text = self._without_additions(message)
        if self._spreadsheet and text.startswith(FORMULA_STARTS):
            raise GatewayError(
                f"the text of message {message.id} starts with `{text[0]}`, which a spreadsheet takes for a "
                "formula; give the gateway a signature or begin the text differently\n"
                f"编号 {message.id} 的短信以“{text[0]}”开头，会被电子表格当成公式：请给出口设置签名，"
                "或换一个开头"
            )
        return text

    def _without_additions(self, message: Outgoing) -> str:
        """A text without what the platform adds itself."""
        text = message.text
        if not text.startswith(self._head) or not text.endswith(self._tail):
            raise GatewayError(
                f"message {message.id} lacks the signature or the way to opt out that the platform adds; "
                "generate the run again with the gateway's present settings\n"
                f"编号 {message.id} 的短信缺少平台自动添加的签名或退订方式：请按出口现在的设置重新生成任务"
            )
        return text.removeprefix(self._head).removesuffix(self._tail)

    def _refuse_long(self, message: Outgoing) -> None:
        limit = self._profile.longest_text
        if limit and 2 * len(message.text) > limit and sms.units(message.text) > limit:
            raise GatewayError(
                f"the text of message {message.id} has {sms.units(message.text)} characters, signature and way to "
                f"opt out included; the platform takes {limit}\n"
                f"编号 {message.id} 的短信连同签名和退订方式共 {sms.units(message.text)} 字，平台最多 "
                f"{limit} 字：请缩短文字"
            )

    def _refuse_unwritable(self, block: Sequence[Outgoing], written: Mapping[str, str]) -> None:
        try:
            "".join(written.values()).encode(self._charset)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            message = next(message for message in block if character in written[message.text])
            raise GatewayError(
                f"the text of message {message.id} has a character (U+{ord(character):04X}) that {self._charset} "
                "cannot write; mend the text, or let the platform take another character set\n"
                f"编号 {message.id} 的短信中有 {self._charset} 无法写入的字符（U+{ord(character):04X}）："
                "请修改文字，或与平台商定其他字符集"
            ) from None
