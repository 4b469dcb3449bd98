import pytest

from campaigner.domain.reports.pinyin import is_syllable, pinyin_lines, pinyin_spans, toneless

READINGS = {
    "工": {"gong", "gong1"}, "作": {"zuo", "zuo4"}, "总": {"zong", "zong3"}, "结": {"jie", "jie2", "jie1"},
    "了": {"le", "le5", "liao", "liao3"}, "西": {"xi", "xi1"}, "安": {"an", "an1"},
    "行": {"hang", "hang2", "xing", "xing2"},
    "占": {"zhan", "zhan4"}, "女": {"nv", "nv3", "nu", "nu3"},
}  # fmt: skip


def readings(character):
    return frozenset(READINGS.get(character, ()))


def cleaned(text):
    for start, end, _ in reversed(pinyin_spans(text, readings)):
        text = text[:start] + text[end:]
    return text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("gōng", "gong"),
        ("gong1", "gong"),
        ("GONG", "gong"),
        ("ｇｏｎｇ", "gong"),
        ("lǜ", "lv"),
        ("u\u0308", "v"),
        ("ɡɑ", "ga"),
    ],
)
def test_one_syllable_in_every_spelling(written, plain):
    assert toneless(written) == plain


@pytest.mark.parametrize(
    ("word", "known"), [("zhuang", True), ("nǚ", True), ("app", False), ("led", False), ("", False)]
)
def test_what_is_a_syllable(word, known):
    assert is_syllable(word) is known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("工(gong)作", "工作", id="one gloss that reads its character"),
        pytest.param("工（gong1）作", "工作", id="tone number"),
        pytest.param("工(gong)(gong)作", "工作", id="twice"),
        pytest.param("工((gong))作", "工作", id="nested"),
        pytest.param("(工(gong))作", "(工)作", id="the text's own bracket stays"),
        pytest.param("工作(gong zuo)总结", "工作总结", id="a word at once"),
        pytest.param("工作(gongzuo)总结", "工作总结", id="a word run together"),
        pytest.param("西安(xian)", "西安", id="two characters that read as one syllable"),
        pytest.param("(gong)工(zuo)作", "工作", id="before its character"),
        pytest.param("行(hang)行(xing)", "行行", id="heteronym"),
        pytest.param("女(nu)", "女", id="ü typed as u"),
        pytest.param("工gōng作", "工作", id="bare with a tone mark"),
        pytest.param("工gong作", "工gong作", id="bare once, could be a word"),
        pytest.param("工gong作zuo总zong结", "工作总结", id="bare again and again"),
        pytest.param("工gong1作zuo4总zong3占zhan423%", "工作总占23%", id="tone digit before a figure"),
        pytest.param("工gong作zuo总zong占zhan23%", "工作总占23%", id="figure after bare letters"),
        pytest.param("工gong1作zuo4总zong3了le5个", "工作总了个", id="neutral tone written as 5"),
        pytest.param("工(GONG)作", "工(GONG)作", id="capitals once could be an abbreviation"),
        pytest.param("工(GONG)作(ZUO)总(ZONG)结(JIE)", "工作总结", id="capitals again and again"),
        pytest.param("工(app)作(led)(ATM)", "工(app)作(led)(ATM)", id="no syllables"),
        pytest.param("工(can)作", "工(can)作", id="a syllable that reads nothing here"),
        pytest.param("工(gong)作(zuo)总(zong)甲(jia)", "工作总甲", id="unknown character in a noisy text"),
        pytest.param("(gong)", "(gong)", id="nothing beside it"),
        pytest.param("工，(gong)", "工，(gong)", id="punctuation between"),
        pytest.param("区(区)(试行)", "区(区)(试行)", id="real remarks"),
        pytest.param("x gong1工", "x gong1工", id="Latin before"),
    ],
)
def test_pinyin_goes_and_remarks_stay(text, expected):
    assert cleaned(text) == expected


def test_lines_of_pinyin_beside_their_text():
    lines = [
        (0, 16, "gōng zuò zǒng jié"),
        (17, 21, "工作总结"),
        (22, 34, "gong zuo app"),
        (35, 40, "can can can"),
    ]
    assert pinyin_lines(lines, readings) == [(0, 16, "pinyin")]
    assert pinyin_lines([(0, 17, "gōng zuò zǒng jié"), (18, 19, "工")], readings) == []
