import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.phone import PhoneFault, masked_phone, parse_phone

NUMBER = 13800138000

MOBILES = {
    "plain": "13800138000",
    "spaces": "138 0013 8000",
    "dashes": "138-0013-8000",
    "dots": "138.0013.8000",
    "brackets": "(138)00138000",
    "full-width-brackets": "（138）0013 8000",
    "odd-groups": "13-800-138-000",
    "plus-86": "+8613800138000",
    "plus-86-space": "+86 138 0013 8000",
    "zeros-86": "008613800138000",
    "bare-86": "8613800138000",
    "86-dash": "86-13800138000",
    "bracketed-86": "(+86)13800138000",
    "full-width-digits": "１３８００１３８０００",
    "full-width-plus": "＋８６　１３８００１３８０００",
    "apostrophe": "'13800138000",
    "zero-width-inside": "138\u200b0013\u200b8000",
    "direction-mark": "\u202d13800138000\u202c",
    "no-break-space": "138\u00a00013\u00a08000",
    "float": "13800138000.0",
    "float-with-zeros": "13800138000.00",
    "outer-spaces": "  13800138000\t",
}

FAULTS = {
    "landline-area": ("0571-88888888", PhoneFault.LANDLINE),
    "landline-brackets": ("(010)88888888", PhoneFault.LANDLINE),
    "landline-local": ("88888888", PhoneFault.LANDLINE),
    "landline-seven": ("6123456", PhoneFault.LANDLINE),
    "landline-country": ("+8657188888888", PhoneFault.LANDLINE),
    "scientific": ("1.38E+10", PhoneFault.DAMAGED),
    "scientific-small": ("1.38001e10", PhoneFault.DAMAGED),
    "hashes": ("#######", PhoneFault.DAMAGED),
    "starred": ("138****8000", PhoneFault.MASKED),
    "ten-digits": ("1380013800", PhoneFault.SHORT),
    "one-digit": ("7", PhoneFault.SHORT),
    "twelve-digits": ("138001380001", PhoneFault.LONG),
    "leading-zero": ("013800138000", PhoneFault.LONG),
    "two-slash": ("13800138000/13900139000", PhoneFault.TWO),
    "two-pause-mark": ("13800138000、13900139000", PhoneFault.TWO),
    "two-space": ("13800138000 13900139000", PhoneFault.TWO),
    "two-line-break": ("13800138000\n13900139000", PhoneFault.TWO),
    "two-or": ("13800138000或0571-88888888", PhoneFault.TWO),
    "words": ("同上", PhoneFault.WORDS),
    "number-and-word": ("13800138000（母亲）", PhoneFault.WORDS),
    "latin": ("abc", PhoneFault.WORDS),
    "arabic-digits": ("١٣٨٠٠١٣٨٠٠٠", PhoneFault.WORDS),
    "only-marks": ("()", PhoneFault.WORDS),
    "starred-out-whole": ("***", PhoneFault.WORDS),
    "hong-kong": ("+852 6123 4567", PhoneFault.ABROAD),
    "zeros-abroad": ("0012125550100", PhoneFault.ABROAD),
    "police": ("110", PhoneFault.SERVICE),
    "anti-fraud": ("96110", PhoneFault.SERVICE),
    "ministry": ("12381", PhoneFault.SERVICE),
    "four-hundred": ("400-123-4567", PhoneFault.SERVICE),
    "sms-port": ("1069012345678", PhoneFault.SERVICE),
    "bank": ("95588", PhoneFault.SERVICE),
    "no-mobile-prefix": ("12800138000", PhoneFault.NOT_MOBILE),
    "eleven-other": ("23800138000", PhoneFault.NOT_MOBILE),
    "plus-86-short": ("+86 1380013", PhoneFault.SHORT),
}


@pytest.mark.parametrize("text", MOBILES.values(), ids=MOBILES)
def test_decoration_is_taken_off(text):
    assert parse_phone(text) == NUMBER


@pytest.mark.parametrize("text", ["", " ", "\u3000", "无", "没有", "-", "/", "N/A", "'"])
def test_no_number_is_no_fault(text):
    assert parse_phone(text) == 0


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_every_fault_has_its_own_code(text, fault):
    assert parse_phone(text) is fault


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86", "+86 ", "'"])
)
def test_every_mobile_is_read_as_it_stands(number, prefix):
    assert parse_phone(prefix + number) == int(number)


@given(st.text())
def test_any_text_is_a_mobile_or_nothing_or_a_fault(text):
    value = parse_phone(text)
    assert isinstance(value, PhoneFault) or value == 0 or 13_000_000_000 <= value <= 19_999_999_999


@given(st.text(alphabet="0123456789+-() ./E*"))
def test_no_digit_is_added_or_lost(text):
    value = parse_phone(text)
    if not isinstance(value, PhoneFault) and value:
        assert str(value) in "".join(c for c in text if c.isdigit())


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        (13800138000, "138****8000"),
        ("13800138000", "138****8000"),
        ("1380013800", "1*********"),
        ("", ""),
        ("7", "*"),
    ],
)
def test_masks(phone, masked):
    assert masked_phone(phone) == masked
