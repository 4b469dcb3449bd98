"""What comes in by itself over a link: receipts, replies, and answers after their time."""

from campaigner.delivery.links.acknowledging import Fragments, tell_until_kept, when_kept
from campaigner.delivery.links.replies import Replies, ReplyPart
from campaigner.delivery.live import Ear, Kept, Receipt, Received, Reply

_MOST_LATE = 100_000
"""How many references are remembered that came after their message was given up."""


class Incoming:
    """Gathers what all connections of a link hear, and tells the ear.

    Args:
        ear: Where it is told.
        replies: Puts replies together.
    """

    def __init__(self, ear: Ear, replies: Replies) -> None:
        self._ear, self._replies = ear, replies
        self._fragments = Fragments(ear.replies)
        self.late_references: dict[str, tuple[int, int]] = {}
        """Message and phone by the reference that came late; `taken` need be called only where there are some."""
        self._late_receipts: list[Receipt] = []
        self._receipts: list[Receipt] = []
        self._complete: list[Reply] = []

    def taken(self, reference: str) -> None:
        """A message in time has got this reference: whoever had it before has it no more."""
        self.late_references.pop(reference, None)

    def late(self, number: int, phone: int, reference: str, refused: str = "") -> None:
        """An answer came after its message was given up as unknown: it settles what can be settled.

        Args:
            number: Our number of the message, which has one part.
            phone: Its recipient; 0 for any.
            reference: The carrier's, by which receipts will name it.
            refused: Why it was refused; "" if it was accepted.
        """
        if refused:
            self._late_receipts.append(Receipt(Received.FAILED, id=number, cause=f"{refused}, answered late"))
            return
        if len(self.late_references) >= _MOST_LATE:
            del self.late_references[next(iter(self.late_references))]
        self.late_references[reference] = number, phone
        self._late_receipts.append(Receipt(Received.UNDERWAY, id=number, cause="answered late"))

    def receipt(self, receipt: Receipt) -> None:
        """Take a receipt; by our own number where its reference came too late to be told."""
        number, phone = self.late_references.get(receipt.reference, (0, 0))
        if number and (0 in (phone, receipt.phone) or phone == receipt.phone):
            receipt = receipt._replace(reference="", id=number)
        self._receipts.append(receipt)

    def reply(self, part: ReplyPart, now: float) -> Kept:
        """Take a reply or a part of one; of a part that waits for others, whether it is kept; else `tell` says it."""
        self._complete += self._replies.take(part, now)
        return self._fragments.wait(*self._replies.part) if self._replies.part else None

    def look_through(self, now: float) -> None:
        """Tell replies of which a part has not come for too long."""
        self._complete += self._replies.overdue(now)
        self.tell()

    def empty(self) -> None:
        """Tell everything, also replies of which a part is missing."""
        self._complete += self._replies.rest()
        self.tell()

    def tell(self) -> list[Kept]:
        """Tell the ear what has come; whether what was delivered is kept."""
        if self._late_receipts:
            receipts, self._late_receipts = self._late_receipts, []
            tell_until_kept(self._ear.receipts, receipts)
        kept: list[Kept] = []
        if self._receipts:
            receipts, self._receipts = self._receipts, []
            kept.append(self._ear.receipts(receipts))
        if self._complete:
            complete, self._complete = self._complete, []
            kept.append(self._ear.replies(complete))
            joined, then = self._replies.whole()
            when_kept(kept[-1:], then)
            for key in joined:
                self._fragments.whole(key, kept[-1])
        return kept
