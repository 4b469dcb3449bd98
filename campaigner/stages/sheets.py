"""What a letter or poster holds before it is printed, as text in the store: nothing is looked up again later."""

import json
from collections.abc import Mapping
from typing import Any

from campaigner.domain.campaign import ChannelPlan
from campaigner.domain.classes import class_label, roll_order
from campaigner.domain.people import Kind
from campaigner.rendering.letter import Letter, to_json
from campaigner.rendering.library import Template
from campaigner.rendering.markdown import parse
from campaigner.stages.desk import Desk

HOTLINES = "反诈咨询 96110　报警求助 110"
"""On every sheet: the national anti-fraud line and the police (domain.md B3)."""


NAMELESS = "住户"
"""Stands on a letter to somebody whose name the list does not say."""


def class_of(row: Mapping[str, Any]) -> str:
    """Grade and class as one name, 三年级2班, however the list splits them."""
    return class_label(str(row["grade"]), str(row["class_name"]))


def letter_body(row: Mapping[str, Any], kind: Kind, text: str, slip: str) -> str:
    """A finished letter to one recipient.

    Args:
        row: The recipient's columns.
        kind: What the row stands for.
        text: The letter in light Markdown.
        slip: Receipt code; "" for none.
    """
    if kind is Kind.PUPILS:
        group = class_of(row)
        who = row["name"] or (f"学号{row['roll']}" if row["roll"] else "学生")
        addressee = f"{row['school']} {group} {who} 家长".strip()
        letter = Letter(
            parse(text), addressee, row["name"], f"{row['school']} {group}".strip(), slip, roll=_roll(row)
        )
    else:
        letter = Letter(parse(text), row["name"] or NAMELESS, row["name"], row["village"], slip)
    return to_json(letter)


def _roll(row: Mapping[str, Any]) -> str:
    """A student number that is more than its place in the class, such as 0012 or A-3."""
    roll = str(row["roll"])
    return "" if roll == str(roll_order(roll)) else roll


def poster_body(desk: Desk, template: Template, plan: ChannelPlan, text: str, reference: str) -> str:
    """A finished poster: wording, design, sizes and the one QR code it may carry."""
    code = desk.config.qr_codes.get(plan.options.get("qr", ""))
    return json.dumps(
        {
            "design": template.design,
            "text": text,
            "sizes": list(plan.options.get("sizes", ("A4",))),
            "large": bool(plan.options.get("large")),
            "marks": bool(plan.options.get("marks")),
            "qr": code.content if code else "",
            "qr_label": code.label if code else "",
            "issuers": list(desk.config.office.issuers),
            "hotline": HOTLINES,
            "reference": reference,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
