import pytest

from campaigner.domain.reports.personal_names import hidden, is_masked_name, name_spans


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("县公安局局长王建国带队调研。", ["王建国"], id="title before"),
        pytest.param("公安部杜伟副部长批示", ["杜伟"], id="title after"),
        pytest.param("李建国同志任组长", ["李建国"], id="comrade"),
        pytest.param("副县长赵刚、孙立军等陪同。", ["赵刚", "孙立军"], id="list after a title"),
        pytest.param("抓获犯罪嫌疑人张某某。", ["张某某"], id="suspect, already masked"),
        pytest.param("一个以马占山为首的诈骗团伙", ["马占山"], id="ringleader"),
        pytest.param("打掉了王长河诈骗团伙", ["王长河"], id="gang called after a person"),
        pytest.param("欧阳明局长指出", ["欧阳明"], id="surname of two characters"),
        pytest.param("区政协副主席明德旺主持会议", ["明德旺"], id="rare surname before a strong verb"),
        pytest.param("（记者 陈小红 通讯员 吴磊）", ["陈小红", "吴磊"], id="byline"),
        pytest.param("组　长：周志强（镇长）\n副组长：郑丽 林涛", ["周志强", "郑丽", "林涛"], id="roster"),
        pytest.param(
            "局长王建国说，要快。王建国走访商户。", ["王建国", "王建国"], id="again without a title"
        ),
        pytest.param(
            "局长陈云说：好。陈云彩云南行。陈云指出", ["陈云", "陈云"], id="short name again only as a name"
        ),
    ],
)
def test_names_beside_a_title_or_role(text, names):
    assert [text[start:end] for start, end in name_spans(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "党委书记高度重视",
        "王岗镇派出所所长带队",
        "高新区管委会主任",
        "余干县县长",
        "石城县长重视",
        "金钟罩反诈小程序",
        "各村支部书记张贴海报",
        "党委副书记任组长，",
        "社区民警何时上门",
        "居民周边环境",
        "各网格员陆续入户",
        "校长马上部署",
        "主任由同志兼任",
        "全体同志",
        "村民王大爷",
        "张家口诈骗团伙",
        "网络诈骗团伙",
        "打掉金融诈骗团伙",
        "习近平总书记",
        "成员单位：教育局、司法所",
        "成　员：各村支部书记",
        "以点带面为首",
        "书记、主任",
        "局长王",
        "副局长赵刚强化措施落实到人",
    ],
)
def test_places_and_everyday_words_are_no_names(text):
    assert name_spans(text) == ()


def test_a_name_is_shown_by_its_surname_only():
    assert hidden("王建国") == "王**"
    assert is_masked_name("王某")
    assert not is_masked_name("王建国")
