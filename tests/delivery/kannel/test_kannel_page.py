from campaigner.delivery.kannel.callbacks import reply_address
from campaigner.delivery.kannel.gateway import KannelGateway
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "gateways" / "kannel.md").read_text("utf-8")


def test_the_page_lists_every_key() -> None:
    table = PAGE.split("## ")[1]
    for setting in KannelGateway.settings:
        assert f"\n| `{setting.name}` |" in table


def test_the_page_shows_the_address_of_replies_as_it_is() -> None:
    assert reply_address("http://127.0.0.1:18080", "try-it-out-1") in PAGE
