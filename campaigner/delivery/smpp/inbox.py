"""What comes in by itself over a link: receipts, replies, and answers that came too late."""

from asyncio import Future
from collections.abc import Callable

from campaigner.delivery.acknowledging import Fragments, tell_until_kept, when_kept
from campaigner.delivery.live import Ear, Kept, Receipt, Received, Reply
from campaigner.delivery.smpp import pdu, status
from campaigner.delivery.smpp.receipts import is_receipt, read_receipt, references
from campaigner.delivery.smpp.replies import Replies

_MOST_LATE = 100_000


class Inbox:
    """Reads deliver_sm PDUs of all connections of a link and tells the ear what they say.

    Args:
        ear: Where it is told.
        id_form: How ids stand in response and receipt, one of `receipts.ID_FORMS`.
        own: Our own number, which a receipt may name instead of the recipient's.
    """

    def __init__(self, ear: Ear, id_form: str, own: str = "") -> None:
        self._ear, self._own = ear, own
        self._replies = Replies()
        self._fragments = Fragments(ear.replies)
        self._late: dict[str, tuple[int, int]] = {}
        self._late_words: list[Receipt] = []
        self._heard_receipts: list[Receipt] = []
        self._heard_replies: list[Reply] = []
        self._answer_reference: Callable[[str], str]
        self._answer_reference, self._receipt_reference = references(id_form)

    def accepted(self, reference: str) -> str:
        """The id of a response as receipts will have it; whoever had it before has it no more."""
        written = self._answer_reference(reference)
        if self._late:
            self._late.pop(written, None)
        return written

    def take(self, body: bytes, now: float) -> "int | Future[bool]":
        """Take the body of a deliver_sm; returns the status to answer with once all is kept that `tell` tells.

        Of a part of a reply whose other parts have not come yet it returns whether it is kept, which may be elsewhere.
        """
        try:
            delivered = pdu.read_deliver(body)
        except pdu.PduError as error:
            self._ear.notes(f"a deliver_sm cannot be read: {error}")
            return status.PERMANENT_FAULT
        if is_receipt(delivered):
            self._receipt(delivered)
        else:
            replies, note = self._replies.take(delivered, now)
            self._heard_replies += replies
            if note:
                self._ear.notes(note)
            if self._replies.part is not None:
                return self._fragments.wait(*self._replies.part) or 0
        return 0

    def _receipt(self, delivered: pdu.Delivered) -> None:
        receipt = read_receipt(delivered, self._receipt_reference, self._own)
        if receipt is None:
            self._ear.notes("a receipt names no message or no state; it was left out")
            return
        number, phone = self._late.get(receipt.reference, (0, 0))
        if number and (0 in (phone, receipt.phone) or phone == receipt.phone):
            receipt = receipt._replace(reference="", id=number)
        self._heard_receipts.append(receipt)

    def late(self, number: int, code: int, body: bytes, phone: int = 0) -> None:
        """An answer came after its message was given up as unknown: it settles what can be settled.

        Args:
            number: Our number of the message, which has one part.
            code: Status of the answer.
            body: Its body.
            phone: Its recipient; 0 for any.
        """
        if code:
            self._late_words.append(Receipt(Received.FAILED, id=number, cause=status.describe(code)))
            return
        reference = self._answer_reference(pdu.c_string(body))
        if len(self._late) >= _MOST_LATE:
            del self._late[next(iter(self._late))]
        self._late[reference] = number, phone
        self._late_words.append(Receipt(Received.UNDERWAY, id=number, cause="answered late"))

    def look_through(self, now: float) -> None:
        """Tell replies of which a part has not come for too long."""
        self._heard_replies += self._replies.overdue(now)
        self.tell()

    def empty(self) -> None:
        """Tell everything, also replies of which a part is missing."""
        self._heard_replies += self._replies.rest()
        self.tell()

    def tell(self) -> list[Kept]:
        """Tell the ear what has come; whether what was delivered is kept."""
        if self._late_words:
            words, self._late_words = self._late_words, []
            tell_until_kept(self._ear.receipts, words)
        kept: list[Kept] = []
        if self._heard_receipts:
            receipts, self._heard_receipts = self._heard_receipts, []
            kept.append(self._ear.receipts(receipts))
        if self._heard_replies:
            replies, self._heard_replies = self._heard_replies, []
            kept.append(self._ear.replies(replies))
            joined, then = self._replies.whole()
            when_kept(kept[-1:], then)
            for key in joined:
                self._fragments.whole(key, kept[-1])
        return kept
