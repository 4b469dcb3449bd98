"""Rendering personal texts with every row's fault kept to itself, and counting parts."""

import time
from pathlib import Path
from typing import Any

import jinja2
import jinja2.sandbox
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from harness import Case, Timed
from place import people

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel
from campaigner.domain.sms import charged, counted
from campaigner.rendering.library import Writer, read_template

BODY = (
    "{{ recipient.village }}{{ recipient.name }}您好，凡是要您先垫钱、再返利的网上任务，都是诈骗。"
    "拿不准，打96110问一问。{% if recipient.gender == '女' %}请转告姐妹。{% endif %}"
)
HEAD = '+++\nid = "sms/bench"\nchannel = "sms"\ntitle = "t"\nkind = "people"\n+++\n'
_BLOCK, _FEW = 5_000, 20_000
Columns = dict[str, list[Any]]


def _columns() -> list[Columns]:
    count = people()
    return [
        {
            "name": [f"样{chr(0x4E00 + n // 100 % 20_000)}{chr(0x4E00 + n % 100)}" for n in rows],
            "village": [f"和谐社区第{n % 40}组" for n in rows],
            "gender": ["男女"[n % 2] for n in rows],
        }
        for rows in (range(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))
    ]


def render(folder: Path) -> Timed:
    """The template library's own writer."""
    path = folder / "bench.txt.jinja"
    path.write_text(HEAD + BODY, "utf-8")
    template, problems = read_template(path, folder, registry.artefact(Channel.SMS).form)
    assert template is not None, problems
    blocks, writer = _columns(), Writer(template, {})
    begun = time.perf_counter()
    for block in blocks:
        _texts, faults = writer.block(block, len(block["name"]))
        assert not faults
    return Timed(people(), time.perf_counter() - begun)


def lean_render(_folder: Path) -> Timed:
    """One loop inside a sandboxed template; a row that fails takes its block with it."""
    body = BODY.replace("recipient.", "")
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    template = env.from_string("{% for name, village, gender in rows %}" + body + "\x1e{% endfor %}")
    blocks = _columns()
    begun = time.perf_counter()
    for block in blocks:
        rows = zip(block["name"], block["village"], block["gender"], strict=True)
        template.render(rows=rows).split("\x1e")
    return Timed(people(), time.perf_counter() - begun)


def naive_render(_folder: Path) -> Timed:
    """One call of the engine for each row."""
    template = jinja2.Template(BODY)
    rows = [
        dict(zip(block, row, strict=True))
        for block in _columns()[: _FEW // _BLOCK]
        for row in zip(*block.values(), strict=True)
    ]
    begun = time.perf_counter()
    for row in rows:
        template.render(recipient=row)
    return Timed(len(rows), time.perf_counter() - begun)


def _finished() -> list[list[str]]:
    return [
        [
            f"{village}{name}您好，" + "凡是要您先垫钱的都是诈骗。" * (n % 7 + 1)
            for n, (village, name) in pairs
        ]
        for block in _columns()
        for pairs in [list(enumerate(zip(block["village"], block["name"], strict=True)))]
    ]


def count_parts(_folder: Path) -> Timed:
    """Units and parts as carriers count them."""
    blocks = _finished()
    begun = time.perf_counter()
    for block in blocks:
        charged(block, counted(block))
    return Timed(people(), time.perf_counter() - begun)


def lean_parts(_folder: Path) -> Timed:
    """Lengths by Arrow, of texts that are Arrow's already; pairs beyond the basic plane are not looked for."""
    blocks = [pa.array(block) for block in _finished()]
    begun = time.perf_counter()
    for block in blocks:
        lengths = pc.utf8_length(block).to_numpy()
        np.where(lengths <= 70, 1, -(-lengths // 67))
    return Timed(people(), time.perf_counter() - begun)


def naive_parts(_folder: Path) -> Timed:
    """Each text encoded."""
    blocks = _finished()
    begun = time.perf_counter()
    for block in blocks:
        for text in block:
            units = len(text.encode("utf-16-le")) // 2
            _parts = 1 if units <= 70 else -(-units // 67)
    return Timed(people(), time.perf_counter() - begun)


CASES = (
    Case("render", render, lean_render, naive_render),
    Case("parts", count_parts, lean_parts, naive_parts),
)
