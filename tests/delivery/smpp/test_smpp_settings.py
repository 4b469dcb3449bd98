import asyncio
import re
from typing import Any

import pytest

from campaigner.delivery.live import LiveGateway
from campaigner.delivery.smpp.gateway import SmppGateway
from campaigner.delivery.smpp.settings import read_settings
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.conftest import ROOT
from tests.delivery.live_conformance import Heard, secrets_and_people_stay_out_of_words
from tests.delivery.smpp.peers import SECRETS, gateway, options


def plan(**changes: Any) -> GatewayPlan:
    return GatewayPlan("carrier", "smpp", "某中心", "", 50, options(2775, **changes))


@pytest.mark.parametrize("setting", SmppGateway.settings, ids=lambda setting: setting.name)
def test_what_stands_where_nothing_is_said_may_stand_there(setting: Any) -> None:
    assert isinstance(setting.default, setting.type)
    assert not setting.choices or setting.default in setting.choices
    if setting.type is int:
        assert setting.least <= setting.default <= (setting.most or setting.default)


def test_the_page_lists_every_key_with_its_default() -> None:
    page = (ROOT / "docs" / "gateways" / "smpp.md").read_text("utf-8").split("## ")[1]
    for setting in SmppGateway.settings:
        (row,) = [line for line in page.splitlines() if re.match(rf"\|[^|]*`{setting.name}`[^|]*\|", line)]
        shown = str(setting.default).lower() if setting.type is not str else f'`"{setting.default}"`'
        assert shown in row or setting.required


@pytest.mark.parametrize(
    ("host", "rehearsal", "real"),
    [
        ("127.0.0.1", True, False),
        ("::1", True, False),
        ("localhost", True, False),
        ("127.0.0.1", False, True),
        ("smsc.example", False, True),
    ],
)
def test_only_a_rehearsal_on_this_machine_reaches_nobody(host: str, rehearsal: bool, real: bool) -> None:
    made = SmppGateway(plan(host=host, rehearsal=rehearsal), SECRETS)
    assert made.real is real
    assert isinstance(made, LiveGateway)
    assert made.rows_per_batch == 50_000


@pytest.mark.parametrize("host", ["smsc.example", "10.0.0.1", "0.0.0.0", "127.0.0.1.example"])
def test_a_rehearsal_never_leaves_this_machine(host: str) -> None:
    with pytest.raises(GatewayError, match="rehearsal"):
        SmppGateway(plan(host=host, rehearsal=True), SECRETS)


@pytest.mark.parametrize(
    ("changes", "secrets", "named"),
    [
        ({"system_type": "x" * 13}, {}, "`system_type` must be ASCII, at most 12"),
        ({"service_type": "x" * 6}, {}, "`service_type` must be ASCII, at most 5"),
        ({"source_addr": "1" * 21}, {}, "`source_addr` must be ASCII, at most 20"),
        ({"source_addr": "某中心"}, {}, "`source_addr` must be ASCII, at most 20"),
        ({"source_addr": "1\0"}, {}, "`source_addr` must be ASCII, at most 20"),
        ({}, {"system_id": "x" * 16}, "`system_id` must be ASCII, at most 15"),
        ({}, {"password": "密码"}, "`password` must be ASCII"),
    ],
)
def test_what_does_not_fit_its_field_is_named_not_shown(
    changes: dict[str, Any], secrets: dict[str, str], named: str
) -> None:
    with pytest.raises(GatewayError, match=named) as raised:
        SmppGateway(plan(**changes), SECRETS | secrets)
    assert not [secret for secret in secrets.values() if secret in str(raised.value)]


@pytest.mark.parametrize("lacking", ["system_id", "password"])
def test_without_its_secrets_no_link_opens(lacking: str) -> None:
    known = {name: secret for name, secret in SECRETS.items() if name != lacking}
    with pytest.raises(GatewayError, match="system_id and password"):
        asyncio.run(SmppGateway(plan(), known).link(Heard()).open())


@pytest.mark.parametrize(
    ("hours", "period"),
    [(0, ""), (1, "000000010000000R"), (30, "000001060000000R"), (720, "000030000000000R")],
)
def test_validity_as_smpp_writes_it(hours: int, period: str) -> None:
    assert read_settings(plan(validity=hours), SECRETS).period == period


def test_nothing_that_is_shown_shows_a_secret() -> None:
    made = gateway(2775)
    secrets_and_people_stay_out_of_words(made, list(SECRETS.values()))
    shown = f"{read_settings(plan(), SECRETS)!r} {made.link(Heard())!r}"
    assert not [secret for secret in SECRETS.values() if secret in shown]
