"""Everything that a way out must do that sends by itself, against three SMSCs that others wrote."""

import importlib.util
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import peer
from tests.delivery import live_conformance as conformance
from tests.delivery.smpp.peers import SECRETS, ProcessPeer, npm_peer, perl_peer, smpp34_peer

pytestmark = pytest.mark.peer
_STORIES = {
    "": conformance.every_message_arrives_once_as_written,
    "refusal": conformance.a_refusal_is_final_and_says_why,
    "throttle": conformance.throttling_keeps_the_message,
    "silent": conformance.no_answer_is_unknown_and_never_sent_again,
    "slow": conformance.a_slow_peer_is_waited_for,
    "cut": conformance.a_cut_link_loses_and_doubles_nothing,
    "stopped": conformance.stopped_in_mid_send_everything_is_answered,
    "replies": conformance.a_reply_is_heard,
}


def missing(program: str) -> None:
    if os.environ.get("CAMPAIGNER_PEERS") == "required":
        pytest.fail(f"{program} is not installed; .ci/system installs it")
    pytest.skip(f"{program} is not installed; .ci/system installs it")


def perl(folder: Path) -> ProcessPeer:
    command = [peer("perl"), "-MNet::SMPP", "-e", "1"]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        missing("libnet-smpp-perl")
    return perl_peer(folder)


def smpp34(folder: Path) -> ProcessPeer:
    if importlib.util.find_spec("smpp34") is None:
        missing("smpp34")
    return smpp34_peer(folder)


PEERS = {"npm": npm_peer, "smpp34": smpp34, "perl": perl}


LACKS = {("smpp34", "cut"), ("perl", "replies")}
"""What a peer's library does not know."""


@pytest.mark.parametrize(
    ("name", "story"), [(name, story) for name in PEERS for story in _STORIES if (name, story) not in LACKS]
)
def test_a_carrier(name: str, story: str, tmp_path: Path) -> None:
    carrier = PEERS[name](tmp_path)
    assert {lack for lack in ("cut", "replies") if (name, lack) in LACKS} == {"cut", "replies"} - carrier.can
    _STORIES[story](carrier)


@pytest.mark.parametrize("order", ["after", "before", "twice", "reversed"])
@pytest.mark.parametrize("make", PEERS.values(), ids=PEERS)
def test_receipts(make: Callable[[Path], ProcessPeer], order: str, tmp_path: Path) -> None:
    conformance.receipts_find_their_message(make(tmp_path), order)


def test_secrets(tmp_path: Path) -> None:
    conformance.secrets_and_people_stay_out_of_words(npm_peer(tmp_path).gateway, list(SECRETS.values()))
