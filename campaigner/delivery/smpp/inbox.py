"""What an SMSC brings by itself: receipts, replies, and answers that came too late."""

from asyncio import Future
from collections.abc import Callable

from campaigner.delivery.links.incoming import Incoming
from campaigner.delivery.links.replies import Replies
from campaigner.delivery.live import Ear
from campaigner.delivery.smpp import pdu, status
from campaigner.delivery.smpp.receipts import is_receipt, read_receipt, references
from campaigner.delivery.smpp.replies import decode, read_reply


class Inbox(Incoming):
    """Reads deliver_sm PDUs of all connections of a link and tells the ear what they say.

    Args:
        ear: Where it is told.
        id_form: How ids stand in response and receipt, one of `receipts.ID_FORMS`.
        own: Our own number, which a receipt may name instead of the recipient's.
    """

    def __init__(self, ear: Ear, id_form: str, own: str = "") -> None:
        super().__init__(ear, Replies(decode))
        self._own = own
        self._answer_reference: Callable[[str], str]
        self._answer_reference, self._receipt_reference = references(id_form)

    def accepted(self, reference: str) -> str:
        """The id of a response as receipts will have it."""
        written = self._answer_reference(reference)
        if self.late_references:
            self.taken(written)
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
        if not is_receipt(delivered):
            part = read_reply(delivered)
            if not isinstance(part, str):
                return self.reply(part, now) or 0
            self._ear.notes(part)
        elif receipt := read_receipt(delivered, self._receipt_reference, self._own):
            self.receipt(receipt)
        else:
            self._ear.notes("a receipt names no message or no state; it was left out")
        return 0

    def answered_late(self, number: int, code: int, body: bytes, phone: int = 0) -> None:
        """An answer came after its message was given up as unknown.

        Args:
            number: Our number of the message, which has one part.
            code: Status of the answer.
            body: Its body.
            phone: Its recipient; 0 for any.
        """
        reference = self._answer_reference(pdu.c_string(body))
        self.late(number, phone, reference, status.describe(code) if code else "")
