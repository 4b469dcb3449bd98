"""Lines of a page or file that belong to no report: spam, titles, bylines, editors' talk, links, numbers.

Each is known by what such lines have in common, never by one site's wording alone. Source: domain research A0
and the habits of other sites of the kind.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Line = tuple[int, int, str]
"""Start, end and text of a line."""

_SPAM_WORDS = re.compile(
    r"[无無][码碼]|久久|人妻|国产精品|精品国产|亚洲[AaⅤvV综国精]|欧美[日AaBb疯精大一]|一区二区|三区|高潮"
    r"|爆乳|内射|做受|成人(?:视频|电影|网站|小说|在线)"
    r"|黄色(?:视频|网站)|色(?:情|欲|戒)(?:网|视频|片)|伦理片|三级片|自拍偷|乱码|中文字幕|免费观看|在线播放"
    r"|AV|[Xx]{3,}|又[粗大硬黄]又|春药|约炮|同城(?:约|交友)"
    r"|澳门(?:新)?(?:葡京|金沙|威尼斯|银河|永利)|葡京|娱乐[城场]|真人荷官|百家乐|老虎机|时时彩|六合彩"
    r"|北京赛车|PK10|彩票(?:平台|网)|棋牌(?:游戏|下载|平台)"
    r"|注册(?:就)?送|首存|送彩金|彩金|博彩(?:公司|网|平台)|体育(?:投注|平台)|下注|赔率|电竞投注|官网入口"
    r"|最新地址|代开发票|办证刻章|私服|外挂|刷粉"
)
_SPAM_BREAKS = re.compile(r"[_|丨｜—~～★☆【】/,，]|-{1,2}| {1,}")
_SENTENCE_END = re.compile(r"[。；！？!?;]")
_INTRO = tuple(
    re.compile(feature)
    for feature in (
        "小编",
        "(?:收集|搜集|精心)?整理(?:了|的|好)|收集的|精心(?:准备|挑选)|搜集的",
        "欢迎(?:大家|您|各位)?(?:的?借鉴|的?参考|阅读|收藏|下载|查看|前来|学习)",
        "(?:仅)?供(?:大家|您|你|各位)?(?:借鉴|参考|学习)",
        "希望(?:对|能|可以)?[^。]{0,8}(?:有所|有)?帮助",
        "(?:下面|以下)(?:是|就是|为|让|我们|由|给)",
        "(?:知道|清楚|了解)[^。]{0,10}(?:怎么|如何|怎样)写|(?:怎么|如何|怎样)写(?:才)?[^。]{0,12}[?？]",
        "范文|优秀模板|写作模板",
        "一起(?:来)?(?:看看|阅读|学习|了解)",
        "感谢(?:您|你|大家)?(?:的)?(?:阅读|支持|观看)",
        "以上(?:就)?是[^。]{0,40}(?:全部内容|整理|分享|的内容)",
        "(?:分享|推荐)给(?:大家|您|你)",
        "为(?:大家|您|你|各位)(?:带来|准备|提供|收集|献上)",
        "(?:喜欢|有用|需要)[^。]{0,8}(?:分享|收藏|下载|参考)",
        "(?:^|[，,。；;])本(?:站|网)|^(?:导语|编者按|前言|摘要)[:：]",
        "(?:写|制定|做)(?:一|好)?[份篇次](?:好的?)?(?:总结|报告|计划|方案)",
        "(?:总结|报告|计划|方案|倡议书|心得体会)(?:就)?是(?:指)?[^。]{0,30}(?:书面材料|文书|文体|公文)",
        "更多(?:相关|精彩)?[^。]{0,20}(?:请|欢迎)?(?:关注|点击|访问|尽在)",
    )
)
_SUBMISSION = re.compile(r"我要投稿|在线投稿|投稿(?:邮箱|热线|入口)|欢迎投稿")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_TAGS = re.compile(r"^(?:[\[【(（〔][^\[\]【】()（）〔〕。]{2,20}[\]】)）〕]\s*){2,}$")
_TAGGED = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}|热度|阅读|浏览|点击|人气|来源|作者|编辑|评论")
_CRUMBS = re.compile(r"^(?:[^|｜>＞»\s。，；：0-9]{1,8}[ ]?[|｜>＞»][ ]?){2,}[^|｜>＞»。，；：0-9]{1,12}$")
_BYLINE = re.compile(
    r"(?:本文)?(?:发[布表]时间|发布日期|更新时间|更新日期|录入时间|时间|日期|来源|信息来源|文章来源|稿件来源|作者"
    r"|发布者|发布人|编辑|责任编辑|责编|校对|审核"
    r"|阅读(?:数|量|次数)?|浏览(?:数|量|次数)?|点击(?:数|量|次数)?|访问量|字号|字体|栏目|所属栏目|分类|标签"
    r"|关键[词字]|人气|热度|评论)[ ]?[:：]"
)
_TIME_ONLY = re.compile(r"^(?:时间|日期|审核|作者|编辑|来源|校对)[ ]?[:：]")
_RELATED = re.compile(
    r"^[•·●◆■>＞\-*\s(（\[]*(?:【[^】]{0,60}】)?(?:的)?[ ]?(?:相关(?:推荐|文章|阅读|链接|内容|热词|范文|信息"
    r"|新闻|资讯)|推荐(?:阅读|文章|内容)|猜你喜欢"
    r"|延伸阅读|拓展阅读|扩展阅读|热门(?:文章|推荐|阅读|标签)|精彩推荐|[你您]?(?:可能)?(?:还|也)?(?:可能)?(?:会)?(?:对(?:这些|以下|下列)[^。]{0,6})?(?:喜欢|感兴趣)"
    r"|(?:查看)?更多(?:相关)?(?:文章|内容|推荐)|大家(?:还|都)?在看"
    r"|为[您你]推荐|最新(?:文章|发布|资讯)|往期(?:回顾|推荐|精彩)|相似文章|本类(?:推荐|排行))[^。]{0,20}$"
)
_RELATED_INLINE = re.compile(r"【[^】\n]{1,60}】[ ]?(?:的)?相关(?:文章|推荐|阅读|范文|热词)[:：]?.*$")
_DATED = re.compile(r"(?:[0-9]{4}[-/.年])?[0-9]{1,2}[-/.月][0-9]{1,2}日?[\])）]?$")
_BULLET = re.compile(r"^[•·●◆■◇>＞\-*][ ]?")
_NAVIGATION = re.compile(
    r"^(?:上一[篇条页]|下一[篇条页]|前一篇|后一篇|返回(?:顶部|列表|首页|目录)|打印(?:本页)?|【?打印】?"
    r"|【?关闭(?:窗口)?】?|分享(?:到|至|给)|(?:您|你)?(?:的|现在的)?(?:当前)?位置[:：]"
    r"|当前位置|首页[ ]?[>＞»]|设为首页|加入收藏|收藏本[站页]|字号[:：]?|【?字体|扫一扫(?:关注|分享|手机"
    r"|在手机)|手机(?:扫码|看)|长按(?:识别|二维码)|[#＃]?[赞踩顶][(（ ]?[0-9]|点赞|在看|分享收藏|评论|举报|登录|注册$)"
)
_RIGHTS = re.compile(
    r"^(?:版权(?:所有|声明)|免责声明|声明[:：]|未经(?:授权|许可)|转载请(?:注明|联系)|本(?:文"
    r"|站)[^。]{0,30}(?:网络|互联网|转载|侵权|版权)|如有侵权|侵权(?:请)?联系"
    r"|本文(?:来自|来源|地址|链接|由)[^。]{0,40}(?:网|整理|发布|http|www)|copyright|©|All rights"
    r"|[^。]{0,30}ICP[备证]|[^。]{0,20}公网安备|Powered by)",
    re.IGNORECASE,
)
_DOWNLOAD = re.compile(
    r"^[>＞<＜=*\-\s\[【(（]*(?:【?(?:下载|全文下载|点[击此]?(?:这里|此处|此|击)?下载|此处内容|本节内容|免费下载|文档下载|下载文档|下载本文|下载Word)|将本文(?:的)?Word"
    r"|(?:点击)?(?:查看|阅读|展开|显示)(?:更多|全文|全部|原文|剩余)|阅读原文|全文阅读|未完待续"
    r"|剩余[^。]{0,12}(?:未读|内容)|余下全文|登录后(?:查看|阅读)|(?:开通|成为)VIP|本文共[0-9]+[页字]"
    r"|文档(?:格式|大小|页数)|推荐度[:：]?|复制全文)"
)
_CUT_OFF = re.compile(
    r"付费|查看(?:更多|全文|剩余)|(?:阅读|展开|显示)(?:全文|全部|剩余|更多)|未完待续|余下全文|剩余|登录后"
)
_PAGE_NUMBER = re.compile(
    r"^(?:[-—–·]{1,2}[ ]?[0-9]{1,3}[ ]?[-—–·]{1,2}"
    r"|第[ ]?[0-9]{1,3}[ ]?页(?:[，,/ ]*共[ ]?[0-9]{1,3}[ ]?页)?|[0-9]{1,3}[ ]?/[ ]?[0-9]{1,3}"
    r"|Page [0-9]{1,3}.{0,12})$"
)
_TITLE, _EDGE, _LINK, _BODY, _SHORT = 4, 30, 45, 50, 60
_HEAD_LINES = 12
_TALK = 800
"""Longest line that is looked at for spam or an editor's talk; longer ones are running text."""
_SURE = 2
_RUN = 3


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of an imported text, and what is known of its shape.

    Args:
        lines: Lines in order.
        headings: Indexes of the lines at which reports begin; empty where the text is one report.
        title: The page's own title, "" where unknown.
    """

    lines: Sequence[Line]
    headings: frozenset[int]
    title: str = ""

    @property
    def body(self) -> int:
        """Index of the first line that belongs to a report, or looks like running text."""
        if self.headings:
            return min(self.headings)
        for index, (_, _, text) in enumerate(self.lines):
            if len(text) > _BODY and not _furnished(text) and not _intro_score(text):
                return index
        return min(len(self.lines), _HEAD_LINES)


def furniture(page: Page) -> list[tuple[int, int, str]]:
    """Stretches that belong to no report, with their kind, in order.

    Args:
        page: The text's lines and shape.
    """
    found: list[tuple[int, int, str]] = []
    body = page.body
    links = _links(page)
    for index, (start, end, text) in enumerate(page.lines):
        if index in page.headings:
            continue
        kind = links.get(index) or _line_kind(text, in_head=index < body)
        if kind is None and index < body and page.title and text == page.title:
            kind = "page-title"
        if kind is None and _is_intro(text, in_head=index < body):
            kind = "editor-intro"
        if kind:
            found.append((start, end, kind))
        elif match := _RELATED_INLINE.search(text):
            found.append((start + match.start(), end, "related-links"))
    return found


def page_title(lines: Sequence[Line], before: int) -> str:
    """The page's own title, a short line that stands more than once above the reports; "" where none does.

    Args:
        lines: Lines in order.
        before: Index of the first line that is no longer head.
    """
    counted = Counter(
        text for _, _, text in lines[: min(before, _HEAD_LINES)] if _TITLE <= len(text) <= _SHORT
    )
    for text, times in counted.items():
        if times > 1 and not _SENTENCE_END.search(text) and not _line_kind(text, in_head=True):
            return text
    return ""


def repeated(pages: Sequence[Sequence[Line]]) -> list[tuple[int, int, str]]:
    """Running heads and feet: short edge lines that come again on most pages, and bare page numbers.

    Args:
        pages: The lines of each page.
    """
    edges = [line for lines in pages for line in {*lines[:2], *lines[-2:]} if len(line[2]) <= _EDGE]
    counted = Counter(re.sub("[0-9]+", "#", text) for _, _, text in edges)
    often = {text for text, times in counted.items() if times >= max(_RUN, len(pages) // 2)}
    return sorted(
        (start, end, "page-number" if _PAGE_NUMBER.match(text) else "page-header")
        for start, end, text in edges
        if _PAGE_NUMBER.match(text)
        or text.isdecimal()
        or (re.sub("[0-9]+", "#", text) in often and not _SENTENCE_END.search(text))
    )


def is_cut_off_notice(text: str) -> bool:
    """Whether a removed line says that the page showed only part of the text."""
    return len(text) <= _SHORT and bool(_DOWNLOAD.match(text)) and bool(_CUT_OFF.search(text))


def _line_kind(text: str, *, in_head: bool) -> str | None:
    if _is_spam(text):
        return "spam"
    if _PAGE_NUMBER.match(text):
        return "page-number"
    if _RIGHTS.match(text):
        return "rights"
    if len(text) > _SHORT * 2 or (_SENTENCE_END.search(text) and len(text) > _LINK):
        return None
    tagged = _TAGS.match(text) and _TAGGED.search(text)
    kinds = (
        ("submission-link", _SUBMISSION.search(text)),
        ("byline", tagged or _is_byline(text, in_head=in_head)),
        ("download-link", len(text) <= _SHORT and _DOWNLOAD.match(text)),
        ("navigation", not text.endswith("。") and _NAVIGATION.match(text)),
        ("navigation", in_head and len(text) <= _SHORT and _CRUMBS.match(text)),
    )
    return next((kind for kind, holds in kinds if holds), None)


def _furnished(text: str) -> bool:
    return bool(_line_kind(text, in_head=True) or _RELATED.match(text))


def _is_spam(text: str) -> bool:
    """Key words strung together; a sentence about gambling has a sentence's shape and stays."""
    if len(text) > _TALK:
        return False
    words = {match[0] for match in _SPAM_WORDS.finditer(text)}
    if not words or "。" in text or "诈" in text:
        return False
    breaks = len(_SPAM_BREAKS.findall(text))
    return (
        len(words) >= _SURE and (breaks >= 1 or len(words) > _SURE) and not re.search("[；，].*[；，]", text)
    )


def _is_byline(text: str, *, in_head: bool) -> bool:
    marks = len(_BYLINE.findall(text))
    if not marks or not (_BYLINE.match(text) or marks >= _SURE):
        return False
    if marks >= _SURE or _CLOCK.search(text):
        return True
    # A lone 时间： also opens the record of a meeting, so alone it is a byline only in the page's head.
    return len(text) <= _LINK and (in_head or not _TIME_ONLY.match(text)) and not re.match("时间|日期", text)


def _intro_score(text: str) -> int:
    return sum(bool(feature.search(text)) for feature in _INTRO) if len(text) <= _TALK else 0


def _is_intro(text: str, *, in_head: bool) -> bool:
    score = _intro_score(text)
    return score >= _SURE + (0 if in_head or "小编" in text else 1)


def _links(page: Page) -> dict[int, str]:
    """Lines that announce related pages, and the run of link titles under each."""
    found: dict[int, str] = {}
    lines = page.lines
    index = 0
    while index < len(lines):
        text = lines[index][2]
        opened = len(text) <= _SHORT and _RELATED.match(text)
        if index in page.headings or not (opened or _RELATED_INLINE.search(text)):
            index += 1
            continue
        if opened:
            found[index] = "related-links"
        end = _run_end(page, index + 1)
        found.update(dict.fromkeys(range(index + 1, end), "related-links"))
        index = max(end, index + 1)
    return found


def _run_end(page: Page, start: int) -> int:
    """Index after the last link title of a run; a run without dates must be long, or reach the end."""
    index = start
    sure = True
    while index < len(page.lines) and index not in page.headings:
        text = page.lines[index][2]
        if text == page.title or not _is_link(text):
            break
        sure = sure and bool(_DATED.search(text) or _BULLET.match(text))
        index += 1
    reaches_end = index == len(page.lines) or index in page.headings
    return index if sure or reaches_end or index - start >= _RUN else start


def _is_link(text: str) -> bool:
    return len(text) <= _LINK and not _SENTENCE_END.search(text) and text[-1] not in "：:，,、"
