"""What a kind of artefact has to be able to do: all that plan, generate, approval, preview and export ask of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from campaigner.domain.campaign import Channel, Office, QrCode
from campaigner.domain.executor import Over
from campaigner.domain.message import Message
from campaigner.domain.people import Block, Kind
from campaigner.errors import RenderError
from campaigner.exports.parcel import Parcel
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.library import Fault
from campaigner.toml.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What all messages of one channel of one run are made with.

    Args:
        run: The run's code, printed small on paper.
        due: When the run fires, in the office's zone.
        office: Who we are.
        audience: What a row of the list stands for.
        options: The channel's settings, as `read_options` gave them.
        design: Layout that the template names; "" where it names none.
        qr: The QR code that the settings name.
        signature: What stands in 【】 before an SMS, without the brackets.
        opt_out: What stands behind an SMS.
        households: Whether a cap asks to which household a recipient belongs.
        salt: Secret for receipt codes; empty where nothing is kept.
    """

    run: str
    due: datetime
    office: Office
    audience: Kind
    options: Mapping[str, Any]
    design: str = ""
    qr: QrCode | None = None
    signature: str = ""
    opt_out: str = ""
    households: bool = False
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """What the settings of a channel may refer to.

    Args:
        qr_codes: Names of the QR codes that config.toml allows.
        audience: What a row of its list stands for; None where that cannot be told.
    """

    qr_codes: Iterable[str]
    audience: Kind | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What the recipients in a block come to.

    Args:
        parts: SMS parts.
        sheets: Sheets of paper.
        faults: Rows whose text cannot go out as it is.
    """

    parts: int = 0
    sheets: int = 0
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """Something without which a text is not worth printing.

    Args:
        code: Of the problem that the plan shows.
        message: What is wrong, in English.
        message_zh: The same in Chinese.
    """

    code: str
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One message as a person looks at it before it is printed: a PDF, and its first page as PNG."""

    pdf: bytes
    png: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """What printing works with.

    Args:
        parcel: The folder of the run, out of sight until it is whole.
        over: Carries a function over parts: `map`, or workers elsewhere.
        advance: Called with how many messages more are printed.
    """

    parcel: Parcel
    over: Over = map
    advance: Callable[[int], None] = field(default=lambda _count: None)


class FaultyRowsError(RenderError):
    """Rows of a block cannot be written; whoever asked knows their lines and the template's file.

    Args:
        faults: Which, and why.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].why)
        self.faults = faults


Words = str | Sequence[str | None]
"""What a template wrote for a block: one text that all share, as `shared` gave it back, or one for each row, None
where the template failed."""


class Artefact(Protocol):
    """A kind of artefact. All of it is pure: nothing is remembered between two calls, nothing is looked up.

    What it keeps of a message, its body, is text: for a sheet the JSON of everything that stands on it.
    """

    channel: Channel
    """Its name: in config.toml below `channels`, as folder of its templates, in the store, in the log."""
    title: str
    """What officers call it, in Chinese."""
    unit: str
    """What its recipients are counted in, in Chinese."""
    folder: str
    """Folder of its files in an exported run."""
    wording: str
    """As which of the texts that the rules know it is read: `sms`, `letter`, `poster` or `notice`."""
    audiences: frozenset[Kind]
    """Which lists it can go to."""
    form: TemplateForm
    """What its templates look like."""
    addressed: bool
    """Whether each copy bears its recipient, even where all have the same text."""
    measures_texts: bool
    """Whether the plan writes the text of each row, to measure it."""

    def read_options(self, table: Table, facts: OptionFacts) -> dict[str, Any]:
        """The settings of the channel but `template` and `segment`, faults reported to the table; JSON-ready."""
        ...

    def shared(self, brief: Brief, text: str) -> str:
        """A text that all recipients share, finished as far as it is the same for all.

        Raises:
            RenderError: It cannot go out.
        """
        ...

    def body(self, brief: Brief, row: Mapping[str, Any], text: str) -> str:
        """The text of one row as it would be kept: without receipt code."""
        ...

    def write(self, brief: Brief, block: Block, words: Words) -> list[Message]:
        """The messages of a block; its column `recipient` has their keys.

        Raises:
            FaultyRowsError: Some texts cannot go out.
            RenderError: Something else stops; the message names the row's line and nobody.
        """
        ...

    def measure(self, brief: Brief, block: Block, words: Words) -> Measured:
        """What the messages of a block come to; `words` is empty where the kind does not measure texts."""
        ...

    def readable(self, body: str) -> str:
        """The words of a finished message as its reader sees them."""
        ...

    def masked(self, body: str, name: str) -> str:
        """A finished message with its recipient's name masked wherever it stands."""
        ...

    def printed_fields(self, kind: Kind) -> tuple[str, ...]:
        """Columns that stand on the sheet besides what the template writes."""
        ...

    def unprintable(self, characters: str) -> set[str]:
        """Those of some characters that would not come out."""
        ...

    def shown(self, brief: Brief, text: str, words: str) -> str:
        """What of a text can be seen; `words` are all of its words."""
        ...

    def lacks(self, text: str) -> Iterable[Lack]:
        """What a text that a template wrote lacks."""
        ...


class Printed(Artefact, Protocol):
    """A kind that becomes files in the folder of the run: every kind but SMS, and every kind of a plugin."""

    def proof(self, brief: Brief, body: str) -> None:
        """See that a finished message can be printed in every size that is asked for.

        Raises:
            RenderError: It cannot, for its length, say.
        """
        ...

    def preview(self, brief: Brief, body: str, dpi: int) -> Drawing:
        """A finished message as it will look.

        Args:
            brief: What it was made with.
            body: As it is kept.
            dpi: Dots per inch of the picture.
        """
        ...

    def paper(self, brief: Brief, sheets: int) -> str:
        """What the printer has to know, for the approval form: size, variant; `sheets` are those of the run."""
        ...

    def print(self, brief: Brief, messages: Iterable[Message], press: Press) -> None:
        """Write the files of all messages of the run, which come sorted by folder, position and number.

        The same messages give the same bytes. An export whose messages come to no file is refused.
        """
        ...

    def files_with(self, folder: Path, filed: str) -> Iterator[Path]:
        """Files that may have a message, for a person who asks what is kept of him.

        Args:
            folder: The kind's own folder in an exported run.
            filed: The message's `folder`.
        """
        ...
