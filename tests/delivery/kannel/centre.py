"""An SMS centre behind a real Kannel: an SMPP server made by others, in a process of its own, driven by lines.

Usage: python centre.py PORT. Each line on standard input is a JSON command; each message that arrives is a JSON line on
standard output. It runs apart because the server library may crash when it ends.
"""

import asyncio
import json
import sys

import smpp34


class Centre:
    """Takes messages, sends a delivery receipt for each, sends replies."""

    def __init__(self) -> None:
        self.refuse: set[str] = set()
        self.fail: set[str] = set()
        self.esme: smpp34.Esme | None = None
        self.taken = 0
        self.tasks: set[asyncio.Task[None]] = set()

    async def serve(self, port: int) -> None:
        server = smpp34.Server(host="127.0.0.1", port=port, system_id="CENTRE")
        await server.start()
        self.do(self.commands())
        say({"ready": True})
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esme = event
                say({"bound": True})
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.take(event)

    def do(self, work) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def take(self, event: smpp34.SubmitSmEvent) -> None:
        phone = event.destination_addr
        if phone in self.refuse:
            event.reject(smpp34.ESME_RINVDSTADR)
            return
        self.taken += 1
        reference = f"{self.taken:x}"
        event.accept(reference)
        say(
            {
                "phone": phone, "from": event.source_addr, "coding": event.data_coding,
                "udh": bool(event.esm_class & 0x40), "octets": bytes(event.short_message).hex(),
            }
        )  # fmt: skip
        if event.registered_delivery & 1:
            self.do(self.receipt(phone, event.source_addr, reference))

    async def receipt(self, phone: str, sender: str, reference: str) -> None:
        stat, err = ("UNDELIV", "012") if phone in self.fail else ("DELIVRD", "000")
        await asyncio.sleep(0.05)
        words = (
            f"id:{reference} sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 "
            f"stat:{stat} err:{err} text:{phone}"
        )
        await self.deliver(sender, phone, words.encode(), 4, 0)

    async def deliver(self, to: str, phone: str, octets: bytes, esm_class: int, coding: int) -> None:
        assert self.esme is not None
        await self.esme.deliver_sm(
            to, octets, source_addr=phone, esm_class=esm_class, data_coding=coding,
            source_addr_ton=1, source_addr_npi=1,
        )  # fmt: skip

    async def commands(self) -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command = json.loads(line)
            self.refuse = set(command.get("refuse", self.refuse))
            self.fail = set(command.get("fail", self.fail))
            if "reply" in command:
                phone, text = command["reply"]
                await self.deliver("10690000", phone, text.encode("utf-16-be"), 0, 8)
        sys.stdout.flush()
        import os

        os._exit(0)


def say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(Centre().serve(int(sys.argv[1])))
