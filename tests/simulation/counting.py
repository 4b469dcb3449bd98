"""A carrier that counts: npm's `smpp` in a process of its own, which outlives whatever is killed on our side."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.delivery.smpp.peers import SECRETS, free_port

_PEER = ROOT / "tests" / "delivery" / "smpp" / "peer.js"


@dataclass(frozen=True)
class Centre:
    """A running SMSC.

    Args:
        port: Where it listens.
        file: Where it notes what it takes, before it answers.
    """

    port: int
    file: Path

    def taken(self) -> Counter[int]:
        """Phone -> how many messages for it were taken; a long one counts by its first part."""
        counted: Counter[int] = Counter()
        for line in self.file.read_text("utf-8").splitlines():
            fact = json.loads(line)
            if "text" in fact and (not fact["joining"] or fact["joining"].endswith("01")):
                counted[fact["phone"]] += 1
        return counted

    def settings(self) -> str:
        """Lines of a gateway in config.toml that lead to it."""
        return (
            f'kind = "smpp"\nhost = "127.0.0.1"\nport = {self.port}\nsource_addr = "10690000"\n'
            "rehearsal = true\ntimeout = 5"
        )


@contextmanager
def centre(folder: Path, receipts: str = "after") -> Iterator[Centre]:
    """An SMSC for the time of a block."""
    made = Centre(free_port(), folder / "taken.jsonl")
    made.file.touch()
    how = {"port": made.port, "file": str(made.file), "receipts": receipts}
    environment = os.environ | {"NODE_PATH": str(ROOT / ".peers" / "node_modules")}
    process = subprocess.Popen(
        ["node", str(_PEER), json.dumps(how)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == b"listening\n"
        yield made
    finally:
        process.kill()
        process.communicate()


def login(folder: Path, gateway: str, secrets: Mapping[str, str] = SECRETS) -> None:
    """What a gateway logs in with; at the SMSC above if nothing else is given."""
    file = folder / "credentials.toml"
    file.write_text(
        f"[{gateway}]\n" + "".join(f'{name} = "{value}"\n' for name, value in secrets.items()), "utf-8"
    )
    file.chmod(0o600)
