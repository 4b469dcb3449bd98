"""What a report file is, told by its content, and the text in it; the ending of its name decides nothing."""

from dataclasses import dataclass

from campaigner.domain.problem import Level, Problem
from campaigner.domain.reports.furniture import repeated
from campaigner.intake.reports.charset import decode
from campaigner.intake.reports.pdf import LockedError, Pages, TooMuchError, pdf_pages
from campaigner.intake.reports.webpage import declared_charset, looks_like_html, page_text
from campaigner.intake.reports.word import document_text, is_docx

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_FOREIGN = (
    b"{\\rtf",
    b"MIME-Version:",
    b"PK\x05\x06",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x1f\x8b",
    b"\x7fELF",
    b"MZ",
    b"SQLite format",
)
_PDF_HEAD = 1024
_FEWEST_HAN = 10
_PER_PAGE = 5


@dataclass(frozen=True, slots=True)
class Original:
    """The text of a file before any cleaning: what offsets of the original point into.

    Args:
        text: The decoded text, or the text laid out from HTML, DOCX or PDF.
        form: `text`, `html`, `docx` or `pdf`.
        furniture: Start, end and kind of stretches that the format itself marks as no part of the report.
    """

    text: str
    form: str
    furniture: tuple[tuple[int, int, str], ...] = ()


def read_original(data: bytes, source: str) -> tuple[Original | None, list[Problem]]:
    """The text in a file's bytes, or why there is none.

    Args:
        data: The whole file.
        source: File name as the user knows it.
    """
    if not data.strip(b"\x00 \t\r\n"):
        return None, [_fault("report-empty", "the file is empty", "文件是空的", source)]
    original, problems = _by_content(data, source)
    if original is None:
        return None, problems
    if sum("\u3400" <= character <= "\u9fff" for character in original.text) < _FEWEST_HAN:
        return None, [
            _fault(
                "report-not-chinese",
                "there is hardly any Chinese text in the file; reports are read in Chinese only",
                "文件里几乎没有中文，无法作为工作总结读取",
                source,
            )
        ]
    return original, problems


def _by_content(data: bytes, source: str) -> tuple[Original | None, list[Problem]]:
    if b"%PDF-" in data[:_PDF_HEAD]:
        return _pdf(data, source)
    if data.startswith(b"PK\x03\x04"):
        return _docx(data, source)
    if data.startswith(_OLD_OFFICE):
        return None, [
            _fault(
                "report-old-word",
                "this is an old .doc or .wps file; open it in Word or WPS and save it as .docx",
                "这是旧版 .doc 或 .wps 文件，请用 Word 或 WPS 打开后另存为 .docx 再导入",
                source,
            )
        ]
    if data.startswith(_PICTURES) and b"\x00" in data:
        return None, [_scan(source)]
    if data.startswith(_FOREIGN):
        return None, [_unknown(source)]
    return _plain(data, source)


def _plain(data: bytes, source: str) -> tuple[Original | None, list[Problem]]:
    html = looks_like_html(data)
    decoded = decode(data, declared_charset(data) if html else "")
    if decoded is None:
        return None, [_unknown(source)]
    problems = []
    if decoded.lost:
        problems.append(
            _fault(
                "report-encoding",
                f"{decoded.lost} place(s) could not be read as {decoded.encoding} and are shown as \ufffd",
                f"有 {decoded.lost} 处文字无法识别（按 {decoded.encoding} 读取），已显示为 \ufffd，请对照原文",
                source,
                Level.WARN,
            )
        )
    if not html:
        return Original(decoded.text, "text"), problems
    try:
        text, furniture = page_text(decoded.text)
    except ValueError:
        return None, [_damaged(source, "HTML")]
    return Original(text, "html", tuple(furniture)), problems


def _docx(data: bytes, source: str) -> tuple[Original | None, list[Problem]]:
    if not is_docx(data):
        return None, [_unknown(source)]
    try:
        return Original(document_text(data), "docx"), []
    except ValueError:
        return None, [_damaged(source, "DOCX")]


def _pdf(data: bytes, source: str) -> tuple[Original | None, list[Problem]]:
    try:
        pages = pdf_pages(data)
    except LockedError:
        return None, [
            _fault(
                "report-locked",
                "the PDF file needs a password; save a copy without one",
                "PDF 文件有密码，请另存一份不带密码的再导入",
                source,
            )
        ]
    except TooMuchError:
        return None, [
            _fault(
                "report-too-much",
                "reading this PDF file takes more memory or time than any report does, or breaks the reader; copy its "
                "text into a text file or DOCX, or print it to a new PDF",
                "读取这个 PDF 所需的内存或时间远超一般工作总结，或会使读取程序崩溃，已停止；请把文字复制到文本文件或"
                " DOCX，或重新打印成 PDF 再导入",
                source,
            )
        ]
    except ValueError:
        return None, [_damaged(source, "PDF")]
    empty = [number for number, text in enumerate(pages.texts, 1) if len(text.strip()) < _PER_PAGE]
    if len(empty) == len(pages.texts):
        return None, [_scan(source)]
    return _paged(pages), _page_problems(pages, empty, source)


def _page_problems(pages: Pages, empty: list[int], source: str) -> list[Problem]:
    problems = []
    if empty:
        shown = ", ".join(map(str, empty[:10]))
        problems.append(
            _fault(
                "report-page-empty",
                f"page(s) {shown} have no text layer; type them in",
                f"第 {shown} 页没有文字层，请人工录入",
                source,
                Level.WARN,
            )
        )
    if len(pages.texts) < pages.count:
        problems.append(
            _fault(
                "report-long",
                f"only {len(pages.texts)} of {pages.count} pages were read; split the file",
                f"共 {pages.count} 页，只读取了前 {len(pages.texts)} 页，请拆分后导入",
                source,
                Level.WARN,
            )
        )
    return problems


def _paged(pages: Pages) -> Original:
    """The pages as one text; running heads and numbers go with their line break, so that sentences meet."""
    pieces: list[str] = []
    lines: list[list[tuple[int, int, str]]] = []
    at = 0
    for page in pages.texts:
        lines.append([])
        for line in page.splitlines():
            bare = line.strip()
            if bare:
                lines[-1].append((at, at + len(line), bare))
            pieces.append(line + "\n")
            at += len(line) + 1
    furniture = [(start, end + 1, kind) for start, end, kind in repeated(lines)]
    return Original("".join(pieces), "pdf", tuple(furniture))


def _scan(source: str) -> Problem:
    return _fault(
        "report-scan",
        "this is a picture or a scan without text; type it, or let a scanner's OCR make a text of it first",
        "这是图片或扫描件，没有文字层，请先人工录入，或用扫描仪自带的文字识别转成文字",
        source,
    )


def _unknown(source: str) -> Problem:
    return _fault(
        "report-format",
        "this is no text, HTML, DOCX or PDF file; copy the report into one of them",
        "不是文本、网页、DOCX 或 PDF 文件，请把内容另存为其中一种再导入",
        source,
    )


def _damaged(source: str, form: str) -> Problem:
    return _fault(
        "report-damaged",
        f"the {form} file is damaged, or is not what it says; save it anew from the program it comes from",
        f"{form} 文件已损坏或不完整，请用原来的软件重新保存一份",
        source,
    )


def _fault(code: str, message: str, message_zh: str, source: str, level: Level = Level.BLOCK) -> Problem:
    return Problem(code, message, message_zh, source, level=level)
