"""An SMSC for tests on PyPI's `smpp34`, in a process of its own: python peer34.py '{"port": 2776, "file": ...}'.

Behaves as tests/delivery/live_conformance.py says, as far as that library can: it knows no passwords and cuts no link.
"""

import asyncio
import json
import sys
from pathlib import Path

import smpp34

HOW = json.loads(sys.argv[1])
HELD = []


def record(fact):
    with Path(HOW["file"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(fact) + "\n")


def split_off(event):
    """(joining header in hex, text)"""
    octets = bytes(event.short_message)
    end = 1 + octets[0] if event.esm_class & 0x40 else 0
    return octets[:end].hex(), octets[end:].decode("utf-16-be")


class Smsc:
    def __init__(self):
        self.esme = None
        self.throttle = HOW["throttle"]
        self.ids = 0
        self.halves = {}

    async def receipt(self, event, identity):
        failed = int(event.destination_addr[-11:]) in HOW["fail"]
        stat = "UNDELIV" if failed else "DELIVRD"
        await self.esme.deliver_sm(
            event.source_addr,
            f"id:{identity} sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 stat:{stat} "
            f"err:000 text:".encode(),
            source_addr=event.destination_addr,
            esm_class=4,
            tlvs=[
                smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, identity.encode() + b"\0"),
                smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, bytes([5 if failed else 2])),
            ],
        )

    async def submitted(self, event):
        phone = int(event.destination_addr[-11:])
        if self.throttle > 0:
            self.throttle -= 1
            event.reject(smpp34.ESME_RTHROTTLED)
            return
        if phone in HOW["refuse"]:
            event.reject(smpp34.ESME_RINVDSTADR)
            return
        header, text = split_off(event)
        record({"phone": phone, "text": text, "joining": header, "coding": event.data_coding})
        if phone in HOW["silent"]:
            HELD.append(event)
            return
        self.ids += 1
        await asyncio.sleep(HOW["delay"])
        await self.answer(event, f"{self.ids:x}", header)

    async def answer(self, event, identity, header):
        order = HOW["receipts"]
        if order == "before":
            await self.receipt(event, identity)
        event.accept(identity)
        if order in ("after", "twice"):
            for _ in range(1 + (order == "twice")):
                await self.receipt(event, identity)
        if order == "reversed":
            half = self.halves.setdefault((event.destination_addr, header[:10] or identity), [])
            half.insert(0, identity)
            if len(half) == (int(header[8:10], 16) if header else 1):
                for each in half:
                    await self.receipt(event, each)

    async def replies(self):
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            await self.esme.deliver_sm(
                "10690000",
                bytes.fromhex(order["octets"]),
                source_addr=order["source"],
                data_coding=order["coding"],
            )

    async def serve(self):
        server = smpp34.Server(host="127.0.0.1", port=HOW["port"], system_id="SMSC")
        await server.start()
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        tasks = {asyncio.create_task(self.replies())}
        while True:
            event = await server.next()
            if isinstance(event, smpp34.SubmitSmEvent):
                tasks.add(asyncio.create_task(self.submitted(event)))
            elif isinstance(event, smpp34.Esme):
                self.esme = event


asyncio.run(Smsc().serve())
