"""The paper itself: that nothing acts as markup, nothing is cut off, and the same slip is the same file."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.problem import Level
from campaigner.rendering.pdf import page_count
from campaigner.rendering.slip import SHOWN_FINDINGS, Remark, Section, Slip, Specimen, slip_pdf
from tests.conftest import peer

HOSTILE = '#read("x") $x$ *星* _下_ `码` // <l> @r \\ [a] {b} ~ -- ...'
REASONS = (
    ("已退订", 30), ("没有手机号", 1204), ("未满14周岁，不发短信", 3), ("与已列入者共用手机", 176), ("本次已列入", 1),
    ("七日内已收过", 2044), ("夜间不发送", 12),
)  # fmt: skip
SMS = Section(
    "短信",
    "人",
    "60岁及以上老年人",
    "长辈短信（sms/elderly）",
    4470,
    1000,
    REASONS,
    specimens=(Specimen("【幸福镇】长辈您好。", 10, 1),),
    spread=((1, 1000),),
    sms=True,
    signature="幸福镇",
    parts=1000,
    price_milli=45,
)
SLIP = Slip(
    office="幸福镇反诈中心", title="老年人周一提醒", code="elderly-20261207-0900",
    due="2026年12月7日（周一）09:00", author="王经办", prepared="2026年11月24日 10:00",
    warnings=(("养老诈骗", "R15 正文"),), sections=(SMS,), remarks=(), notices=(), quantity=1000,
    content="a1" * 32, digest="b2" * 32, synthetic=False,
)  # fmt: skip
REMARK = Remark(Level.WARN, "CHK-22 不提过时内容", "做核酸检测时也请当心。", "已经取消。请删去。")


def words(slip: Slip, tmp_path: Path) -> str:
    """What pdftotext reads on a slip, without white space, which layout is free to change."""
    file = tmp_path / "slip.pdf"
    file.write_bytes(slip_pdf(slip))
    read = subprocess.run(
        [peer("pdftotext"), "-raw", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    return re.sub(r"\s", "", read)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_same_slip_is_the_same_file() -> None:
    assert slip_pdf(SLIP) == slip_pdf(replace(SLIP))
    assert slip_pdf(SLIP) != slip_pdf(replace(SLIP, quantity=1001))
    assert page_count(slip_pdf(SLIP)) == 1


def test_all_a_superior_needs_is_on_it(tmp_path: Path) -> None:
    read = words(SLIP, tmp_path)
    for wanted in (
        "短信和宣传材料发布审批单",
        "单位：幸福镇反诈中心",
        "编号：elderly-20261207-0900",
        "2026年12月7日（周一）09:00",
        "王经办",
        "2026年11月24日10:00",
        "养老诈骗（来源：R15正文）",
        "符合条件4,470人",
        "列入发送1,000人",
        "未列入3,470人",
        "【幸福镇】长辈您好。",
        "全部收件人同一内容10字，计1条",
        "每人1条，合计1,000条",
        "70字以内计1条，超过70字的每67字计1条",
        "1,000条×0.045元/条=45.00元",
        "用语规则检查：未发现问题（共检查1条文字）",
        "不超过1,000份：短信1,000人；短信计费不超过1,000条",
        "短信费用合计45.00元",
        "内容摘要a1a1a1a1a1a1",
        "消息摘要b2b2b2b2b2b2",
        "同意",
        "退回，原因：",
        "拟稿人",
        "审核人",
        "批准人",
        "日期：",
        "第1页共1页",
    ):
        assert wanted in read, wanted
    assert all(f"{reason}{count:,}人" in read for reason, count in REASONS)
    assert "演练" not in read
    assert read.count("日期：") == 3


def test_the_code_on_paper_is_the_whole_digest() -> None:
    with pypdfium2.PdfDocument(slip_pdf(SLIP)) as document:
        bitmap = document[0].render(scale=150 / 72).to_numpy()
    assert [found.text for found in zxingcpp.read_barcodes(np.ascontiguousarray(bitmap))] == [SLIP.digest]


def test_a_rehearsal_is_marked_on_every_page(tmp_path: Path) -> None:
    long = replace(SLIP, synthetic=True, remarks=(REMARK,) * 19)
    pages = page_count(slip_pdf(long))
    assert pages > 1
    assert words(long, tmp_path).count("演练（虚构人员）") == pages


@pytest.mark.parametrize("field", ["office", "title", "author", "prepared"])
def test_what_a_clerk_wrote_is_data(field: str, tmp_path: Path) -> None:
    assert squeezed(HOSTILE) in words(replace(SLIP, **{field: HOSTILE}), tmp_path)  # type: ignore[arg-type]


def test_texts_titles_and_reasons_are_data_too(tmp_path: Path) -> None:
    section = replace(
        SMS, segment=HOSTILE + "甲", template=HOSTILE + "乙", excluded=((HOSTILE + "丙", 1),),
        specimens=(Specimen(HOSTILE + "丁", 1, 1, HOSTILE + "戊"),), signature=HOSTILE + "己", texts=2,
    )  # fmt: skip
    remark = Remark(Level.INFO, HOSTILE + "庚", HOSTILE + "辛", HOSTILE + "壬", HOSTILE + "癸")
    read = words(replace(SLIP, sections=(section,), remarks=(remark,), notices=(HOSTILE + "子",)), tmp_path)
    for mark in "甲乙丙丁戊己庚辛壬癸子":
        assert squeezed(HOSTILE) + mark in read, mark


def test_long_texts_flow_onto_further_pages(tmp_path: Path) -> None:
    texts = [f"开头{n}" + "请多留意身边的骗局，不轻信，不转账。" * 60 + f"结尾{n}" for n in range(3)]
    section = replace(
        SMS, texts=3, specimens=tuple(Specimen(text, 1086, 17, "发往138****1234") for text in texts)
    )
    slip = replace(SLIP, sections=(section,))
    read = words(slip, tmp_path)
    pages = page_count(slip_pdf(slip))
    assert pages > 1
    assert f"第{pages}页共{pages}页" in read
    body = re.sub("幸福镇反诈中心elderly-20261207-0900第.页共.页", "", read)
    assert all(text.replace("，", "") in body.replace("，", "").replace("\x0c", "") for text in texts)


def test_what_paper_cannot_show_is_named(tmp_path: Path) -> None:
    text = "您好\U0001f600请\u202e看\u200b"
    section = replace(SMS, specimens=(Specimen(text, 8, 1),))
    assert "您好〔U+1F600〕请〔U+202E〕看〔U+200B〕" in words(replace(SLIP, sections=(section,)), tmp_path)


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(), max_size=120))
def test_any_text_can_be_printed(text: str) -> None:
    section = replace(SMS, specimens=(Specimen(text, len(text), 1),), segment=text)
    assert slip_pdf(replace(SLIP, title=text, office=text, sections=(section,))).startswith(b"%PDF-")


def test_findings_with_level_sentence_and_who_let_them_pass(tmp_path: Path) -> None:
    remarks = (
        replace(REMARK, level=Level.BLOCK),
        replace(REMARK, passed="李所长同意保留，理由：仍有采样点"),
        replace(REMARK, level=Level.INFO),
    )
    read = words(replace(SLIP, remarks=remarks), tmp_path)
    assert "发现3处（共检查1条文字），其中1处尚待处理" in read
    assert read.count("原句：做核酸检测时也请当心。") == 3
    assert all(level in read for level in ("不得发布", "须说明理由", "提示"))
    assert "李所长同意保留，理由：仍有采样点" in read
    many = words(replace(SLIP, remarks=(replace(REMARK, places=5),) * (SHOWN_FINDINGS + 4)), tmp_path)
    assert "发现120处" in many
    assert many.count("（共5处）") == SHOWN_FINDINGS
    assert "另有20处，此处不再列出。" in many
    assert many.count("原句：") == SHOWN_FINDINGS


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param({"price_milli": 0}, "未填单价，费用未计", id="no price"),
        pytest.param({"price_milli": 50}, "1,000条×0.05元/条=50.00元", id="two decimals"),
        pytest.param({"price_milli": 1100, "parts": 2_000_000}, "2,000,000条×1.10元/条=2,200,000.00元", id="much"),
        pytest.param({"signature": ""}, "不加签名", id="no signature"),
        pytest.param(
            {"texts": 9, "spread": ((1, 900), (2, 100)), "parts": 1100},
            "不同内容9种；计1条的900人，计2条的100人，合计1,100条", id="texts differ",
        ),
        pytest.param({"specimens": (), "spread": (), "parts": 0}, "没有收件人", id="nobody"),
    ],
)  # fmt: skip
def test_figures_of_sms(changes: dict[str, object], wanted: str, tmp_path: Path) -> None:
    section = replace(SMS, **changes)  # type: ignore[arg-type]
    assert wanted in words(replace(SLIP, sections=(section,)), tmp_path)


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_paper_has_pictures_and_no_cost(pictures: int, tmp_path: Path) -> None:
    from campaigner.rendering.pdf import png

    picture = png(slip_pdf(SLIP), 40)
    section = Section(
        "海报",
        "处",
        "电梯间",
        "海报",
        25,
        25,
        sheets=170,
        paper="A4、A3各85张",
        pictures=(picture,) * pictures,
        counted=True,
    )
    slip = replace(SLIP, sections=(section,), quantity=25)
    read = words(slip, tmp_path)
    assert "170张（A4、A3各85张）" in read
    many = words(replace(SLIP, sections=(replace(section, texts=25),)), tmp_path)
    assert "170张（A4、A3各85张，不同内容25种）" in many
    assert "不超过25份：海报25处；印制不超过170张" in read
    assert "费用合计" not in read
    assert slip_pdf(slip) == slip_pdf(slip)
