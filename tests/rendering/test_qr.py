"""QR codes: what goes in is read back, and stays the same from run to run."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.errors import RenderError
from campaigner.rendering import qr


def read(rows: list[list[bool]]) -> str:
    grid = np.pad(np.array(rows), 4)
    pixels = np.kron(np.where(grid, 0, 255).astype(np.uint8), np.ones((4, 4), dtype=np.uint8))
    return zxingcpp.read_barcode(pixels, zxingcpp.BarcodeFormat.QRCode).text


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=1, max_size=60))
def test_codes_are_read_back(content: str) -> None:
    assert read(qr.modules(content)) == content


def test_upper_case_makes_the_smaller_code() -> None:
    content = "HTTPS://GA.EXAMPLE.CN/R/7K3Q9ZP00001"
    assert len(qr.modules(content)) < len(qr.modules(content.lower()))


def test_a_receipt_code_is_the_smallest_size_but_one() -> None:
    assert len(qr.modules("7K3Q9ZP00001")) == 21


def test_the_picture_has_the_same_dark_modules() -> None:
    rows = qr.modules("7K3Q9ZP00001")
    picture = qr.svg("7K3Q9ZP00001")
    dark = sum(int(part.split("v")[0]) for part in picture.split("h")[1:] if "v1" in part)
    assert dark == sum(map(sum, rows))
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in picture


@pytest.mark.parametrize("content", ["", "A" * 5000], ids=["empty", "too long"])
def test_what_no_code_can_hold(content: str) -> None:
    with pytest.raises(RenderError, match="no QR code can hold"):
        qr.modules(content)
