"""Settings of the port for pushes: what can be, and what is told with the way out."""

from typing import Any

import pytest

from campaigner.delivery.cloud.aliyun import AliyunGateway
from campaigner.delivery.cloud.listener import Place, address
from campaigner.delivery.cloud.tencent import TencentGateway
from campaigner.errors import GatewayError
from tests.delivery.cloud.pushing import PUSH_TOKEN, made


@pytest.mark.parametrize(
    ("options", "token", "says"),
    [
        pytest.param({"listen": "18081"}, PUSH_TOKEN, "such as 127.0.0.1:18081", id="no-address"),
        pytest.param({"listen": "localhost:18081"}, PUSH_TOKEN, "such as 127.0.0.1:18081", id="a-name"),
        pytest.param({"listen": "127.0.0.1:99999"}, PUSH_TOKEN, "such as 127.0.0.1:18081", id="no-port"),
        pytest.param({"listen": "0.0.0.0:18081"}, PUSH_TOKEN, "give `proxy`", id="open-to-everybody"),
        pytest.param(
            {"listen": "0.0.0.0:18081", "proxy": "x"}, PUSH_TOKEN, "such as 10.0.0.7", id="no-proxy"
        ),
        pytest.param(
            {"listen": "", "proxy": "10.0.0.7"}, PUSH_TOKEN, "give both, or neither", id="only-proxy"
        ),
        pytest.param({}, "short", "16 to 64 letters", id="a-token-to-guess"),
        pytest.param({}, "", "secret `push_token` is missing", id="no-token"),
    ],
)
@pytest.mark.parametrize("cls", [AliyunGateway, TencentGateway])
def test_settings_that_cannot_be_are_told(
    cls: type[Any], options: dict[str, str], token: str, says: str
) -> None:
    with pytest.raises(GatewayError, match=says) as told:
        made(("127.0.0.1", 18081), cls, token, **options)
    assert not token or token not in str(told.value)


def test_addresses() -> None:
    assert address("[::1]:18081") == ("::1", 18081)
    assert address("127.0.0.1:18081") == ("127.0.0.1", 18081)
    assert [
        address(each) for each in ("", ":1", "a@127.0.0.1:1", "127.0.0.1:1/x", "127.0.0.1:", "::1:5")
    ] == [None] * 6


def test_the_token_is_not_shown() -> None:
    assert PUSH_TOKEN not in repr(Place("127.0.0.1", 1, "", PUSH_TOKEN))
