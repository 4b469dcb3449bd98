"""From a new office to messages in Kannel's fake centre, receipts, and a reply that counts in the next plan."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.kannel.boxes import Boxes, fake_arrived, join, listens
from tests.delivery.kannel.imitation import LOGIN
from tests.pace import PATIENCE, wait_until

RUN = "elderly-monday-20261207-0900"
NEXT = "elderly-monday-20261214-0900"
MONDAY = "2026-12-07T09:00"
pytestmark = pytest.mark.peer


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[Boxes]:
    made = Boxes(tmp_path / "kannel")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def leading(office: Path, boxes: Boxes) -> Path:
    """An office of invented people whose gateway leads to that Kannel."""
    config = office / "config.toml"
    lines = config.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("formats =", "rows_per_file ="))]
    gateway = (
        f'kind = "kannel"\nfrom = "10690000"\nport = {boxes.ports["sendsms"]}\n'
        f'listen = "127.0.0.1:{boxes.listen}"\nrehearsal = true'
    )
    place = next(n for n, line in enumerate(kept) if line.startswith('kind = "files"'))
    kept[place] = gateway
    config.write_text("\n".join(kept) + "\n", "utf-8")
    secrets = office / "credentials.toml"
    secrets.write_text(
        "[carrier]\n" + "".join(f'{name} = "{value}"\n' for name, value in LOGIN.items()), "utf-8"
    )
    secrets.chmod(0o600)
    return office


def campaigner(office: Path, line: str, *, now: str = MONDAY) -> str:
    """What a command says; it must end well."""
    words = [sys.executable, "-m", "campaigner", "-C", str(office), "--now", now, *shlex.split(line)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def recipients(office: Path, run: str) -> int:
    plan = json.loads(campaigner(office, "plan --from 2026-12-07 --to 2026-12-15 --json"))
    (found,) = [entry for entry in plan["runs"] if entry["run"] == run]
    return sum(channel["recipients"] for channel in found["channels"])


def test_from_the_demo_to_the_centre_and_back(leading: Path, boxes: Boxes) -> None:
    port = str(boxes.ports["smsc"])
    boxes.run("fakesmsc", "-r", port, "-m", "0", "1 2 text x")
    before = recipients(leading, NEXT)
    campaigner(leading, f"generate {RUN}")
    campaigner(leading, f"approve {RUN} --by 李所长")
    said = campaigner(leading, f"send {RUN} --listen 5")
    quantity = len(join(fake_arrived(boxes.folder)))
    assert f"{quantity}" in said
    states = json.loads(campaigner(leading, "receipts --json"))[RUN]
    assert sum(states.values()) == quantity
    assert states.get("unknown", 0) == 0
    entries = json.loads(campaigner(leading, f"log --run {RUN} --json"))
    sent = next(entry for entry in entries if entry["kind"] == "sent")
    assert sent["data"]["quantity"] == quantity
    texts = {text for _phone, text in join(fake_arrived(boxes.folder))}
    assert all(text.startswith("【幸福镇反诈中心】") and text.endswith("拒收请回复R") for text in texts)
    phone = join(fake_arrived(boxes.folder))[0][0]
    boxes.end("fakesmsc")
    daemon = subprocess.Popen(
        [sys.executable, "-m", "campaigner", "-C", str(leading), "--now", "2026-12-07T09:10", "daemon"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: listens(boxes.listen))
        refused = Refused(leading)
        boxes.run("fakesmsc", "-r", port, "-m", "1", "-i", "0.1", f"{phone} 10690000 text R")
        wait_until(refused)
    finally:
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0
    assert recipients(leading, NEXT) == before - 1
    assert "went out" in campaigner(leading, f"explain {phone} --run {RUN}")


class Refused:
    """True once one more stands in the list of refusals than its lists had."""

    def __init__(self, office: Path) -> None:
        self.office = office
        self.before = self.count()

    def count(self) -> int:
        (line,) = [line for line in campaigner(self.office, "optout").splitlines() if " in all" in line]
        return int(line.split()[0])

    def __call__(self) -> bool:
        return self.count() == self.before + 1
