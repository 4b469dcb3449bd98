import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from campaigner.delivery.files import FilesGateway
from campaigner.delivery.loopback import LoopbackGateway
from campaigner.delivery.registry import gateway, kind, kinds
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.delivery import conformance

COMMON = {
    "kind", "signature", "suffix", "price", "window", "per_hour", "per_day", "halt_percent",
}  # fmt: skip
"""Keys that every gateway has in config.toml."""
HEADER = ("手机号码", "短信内容", "编号")


def plan(name: str = "files", **options: object) -> GatewayPlan:
    found = kind(name)
    known = {setting.name: setting.default for setting in found.settings} if found else {}
    return GatewayPlan("carrier", name, "某中心", "", 50, {**known, **options})


def read_csv(path: Path) -> list[tuple[str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == HEADER
    return [(number, phone, text) for phone, text, number in rows]


def read_xlsx(path: Path) -> list[tuple[str, str, str]]:
    frame = pd.read_excel(path, dtype=str, engine="calamine", keep_default_na=False)
    assert tuple(frame.columns) == HEADER
    return [(number, phone, text) for phone, text, number in frame.itertuples(index=False)]


def read_loopback(path: Path) -> list[tuple[str, str, str]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(str(row["id"]), row["phone"], row["text"]) for row in rows]


CASES = [
    pytest.param(FilesGateway(plan(formats=("csv",)), {}), read_csv, id="files as CSV"),
    pytest.param(FilesGateway(plan(formats=("xlsx",)), {}), read_xlsx, id="files as XLSX"),
    pytest.param(LoopbackGateway(plan("loopback"), {}), read_loopback, id="loopback"),
]


@pytest.mark.parametrize(("made", "read"), CASES)
def test_every_gateway_takes_all_once_in_order(made: FilesGateway, read: object, tmp_path: Path) -> None:
    conformance.takes_all_once_in_order(made, tmp_path, read)


@pytest.mark.parametrize(("made", "read"), CASES)
def test_every_gateway_leaves_the_same_bytes(made: FilesGateway, read: object, tmp_path: Path) -> None:
    conformance.same_batch_same_bytes(made, tmp_path)
    assert not made.real


def test_an_xlsx_has_text_cells_only(tmp_path: Path) -> None:
    path = conformance.ship(FilesGateway(plan(formats=("xlsx",)), {}), tmp_path, conformance.shipment())
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1"])
def test_a_text_that_a_spreadsheet_would_run_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="formula"):
        conformance.ship(FilesGateway(plan(), {}), tmp_path, conformance.shipment(2, [text]))


def test_the_registry_knows_the_installed_kinds() -> None:
    assert {"files", "loopback"} <= set(kinds())
    assert isinstance(gateway(plan(), {}), FilesGateway)
    with pytest.raises(GatewayError, match="no kind `pigeon`"):
        gateway(plan("pigeon"), {})


def test_rows_per_batch_comes_from_the_settings() -> None:
    assert FilesGateway(plan(rows_per_file=7), {}).rows_per_batch == 7
    assert LoopbackGateway(plan("loopback", rows_per_file=8), {}).rows_per_batch == 8


@pytest.mark.parametrize("name", kinds())
def test_no_setting_of_a_kind_hides_a_key_that_all_have(name: str) -> None:
    found = kind(name)
    assert found
    assert not COMMON & {setting.name for setting in found.settings}
