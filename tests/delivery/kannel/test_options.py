"""What config.toml may say of a Kannel."""

from typing import Any

import pytest

from campaigner.delivery.kannel.callbacks import reply_address
from campaigner.delivery.live import LiveGateway
from campaigner.errors import GatewayError
from tests.delivery.kannel.imitation import LOGIN, kannel
from tests.delivery.live_conformance import Heard


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"host": "a b"}, "host"),
        ({"host": ""}, "host"),
        ({"path": "sendsms"}, "path"),
        ({"path": "/a?b"}, "path"),
        ({"path": "/a\r\nX-Kannel-To: 1"}, "path"),
        ({"from": "1069\r\nX-Kannel-To: 1"}, "from"),
        ({"from": " 1069"}, "from"),
        ({"from": ""}, "from"),
        ({"listen": "18080"}, "listen"),
        ({"listen": ""}, "listen"),
        ({"listen": "0.0.0.0:18080"}, "listen"),
        ({"listen": "10.0.0.5:18080"}, "listen"),
        ({"callback": "ftp://10.0.0.5"}, "callback"),
        ({"callback": "http://10.0.0.5/%p"}, "callback"),
        ({"callback": "http://10.0.0.5/?a=b"}, "callback"),
        ({"callback": "http://10.0.0.5\r\n"}, "callback"),
        ({"host": "sms.example", "rehearsal": True}, "rehearsal"),
        ({"host": "10.0.0.5", "rehearsal": True}, "rehearsal"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], key: str) -> None:
    with pytest.raises(GatewayError, match=f"gateway kannel: `{key}` "):
        kannel(**options)


@pytest.mark.parametrize(
    ("options", "real", "callback"),
    [
        ({}, True, "http://127.0.0.1:18080"),
        ({"rehearsal": True}, False, "http://127.0.0.1:18080"),
        ({"host": "localhost", "rehearsal": True}, False, "http://127.0.0.1:18080"),
        ({"host": "::1", "rehearsal": True, "listen": "[::1]:18080"}, False, "http://[::1]:18080"),
        (
            {"host": "sms.example", "listen": "0.0.0.0:1", "callback": "http://10.0.0.5:1/"},
            True,
            "http://10.0.0.5:1",
        ),
    ],
)
def test_what_can_be(options: dict[str, Any], real: bool, callback: str) -> None:
    made = kannel(**{"listen": "127.0.0.1:18080", **options})
    assert isinstance(made, LiveGateway)
    assert made.real is real
    assert made._options.callback == callback
    assert made.rows_per_batch == 50_000


@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        ({"username": "a"}, "`password` is not known"),
        ({"password": "a"}, "`username` is not known"),
        ({**LOGIN, "password": "a\r\nX-Kannel-To: 1"}, "`password` has a control character"),
        ({**LOGIN, "password": " hidden"}, "`password` begins or ends with a blank"),
        ({**LOGIN, "username": ""}, "`username` is empty"),
        ({**LOGIN, "reply_token": "a&b=hidden"}, "`reply_token` must be"),
    ],
)
def test_secrets_that_cannot_be_sent_are_said_without_showing_them(
    secrets: dict[str, str], words: str
) -> None:
    with pytest.raises(GatewayError, match=words) as caught:
        kannel(secrets).link(Heard())
    assert "hidden" not in str(caught.value)


def test_the_address_for_replies_is_as_kannel_wants_it() -> None:
    assert reply_address("http://127.0.0.1:18080", "t") == (
        "http://127.0.0.1:18080/reply?token=t&from=%p&to=%P&charset=%C&coding=%c&text=%b"
    )
