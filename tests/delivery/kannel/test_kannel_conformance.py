"""What every live gateway must do, with faults that only an imitation of Kannel makes."""

import pytest

from tests.delivery import live_conformance as must
from tests.delivery.kannel.imitation import LOGIN, Imitation

ALONE = [*must.STORIES, must.a_reply_is_heard]
TOGETHER = [
    must.every_message_arrives_once_as_written,
    must.a_refusal_is_final_and_says_why,
    must.a_slow_peer_is_waited_for,
    must.stopped_in_mid_send_everything_is_answered,
]


@pytest.mark.parametrize("rule", ALONE, ids=lambda rule: rule.__name__)
def test_one_recipient_to_a_request(rule) -> None:
    rule(Imitation())


@pytest.mark.parametrize("rule", TOGETHER, ids=lambda rule: rule.__name__)
def test_several_recipients_to_a_request(rule) -> None:
    rule(Imitation(recipients=10))


@pytest.mark.parametrize("recipients", [1, 10])
@pytest.mark.parametrize("order", ["after", "before", "twice", "reversed"])
def test_receipts_find_their_message(order: str, recipients: int) -> None:
    must.receipts_find_their_message(Imitation(recipients=recipients), order)


def test_secrets_stay_out_of_words() -> None:
    must.secrets_and_people_stay_out_of_words(Imitation().gateway, list(LOGIN.values()))
