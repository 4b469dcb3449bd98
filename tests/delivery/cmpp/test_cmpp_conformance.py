"""All that every live way out must do, against the gateway process, in both versions."""

import pytest

from campaigner.delivery.live import LiveGateway
from tests.delivery import live_conformance as conformance
from tests.delivery.cmpp.carrier import SECRETS, CmppPeer, gateway

PEERS = [
    pytest.param(lambda: CmppPeer("3.0", 71), id="3.0"),
    pytest.param(lambda: CmppPeer("2.0"), id="2.0"),
    pytest.param(lambda: CmppPeer("3.0", 60, links=3), id="3.0, three links"),
]
STORIES = [*conformance.STORIES, conformance.a_reply_is_heard]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
@pytest.mark.parametrize("peer", PEERS)
def test_it_does_what_every_live_gateway_does(peer: object, story: object) -> None:
    story(peer())


@pytest.mark.parametrize("order", ["after", "before", "twice", "reversed"])
@pytest.mark.parametrize("peer", PEERS)
def test_reports_find_their_message(peer: object, order: str) -> None:
    conformance.receipts_find_their_message(peer(), order)


def test_secrets_stay_out_of_words() -> None:
    made = gateway(7890)
    conformance.secrets_and_people_stay_out_of_words(made, list(SECRETS.values()))
    assert isinstance(made, LiveGateway)
