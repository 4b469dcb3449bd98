"""The certificate of a deletion: what, how much, from before which day, by whom, on which legal basis."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigner.rendering import pdf, qr

TITLE = "个人信息删除证明"


@dataclass(frozen=True, slots=True)
class Item:
    """One class of what was deleted.

    Args:
        what: What it is, as printed.
        before: From before when, as printed.
        runs: How many runs it belonged to; 0 where it belongs to none.
        quantity: How much, with its unit, as printed.
    """

    what: str
    before: str
    runs: int
    quantity: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A deletion.

    Args:
        office: Whose data.
        number: The certificate's number.
        made: When, as printed.
        by: Who deleted.
        basis: The law under which.
        items: What.
        remains: What stays, as printed, line by line.
        seq: Number of the log's newest entry.
        head: Hash of it.
    """

    office: str
    number: str
    made: str
    by: str
    basis: str
    items: Sequence[Item]
    remains: Sequence[str]
    seq: int
    head: str


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as a PDF; the same certificate gives the same bytes."""
    return pdf.compile_pdf(
        "certificate.typ",
        {
            "title": TITLE,
            "office": certificate.office,
            "number": certificate.number,
            "made": certificate.made,
            "by": certificate.by,
            "basis": certificate.basis,
            "items": [
                {
                    "what": item.what,
                    "before": item.before,
                    "runs": f"{item.runs:,}" if item.runs else "—",
                    "quantity": item.quantity,
                }
                for item in certificate.items
            ],
            "remains": list(certificate.remains),
            "seq": certificate.seq,
            "head": [certificate.head[start : start + 16] for start in range(0, len(certificate.head), 16)],
            "qr": qr.svg(certificate.head),
        },
    )
