"""What peers do, as their own manuals show it; run by an environment of theirs, in which nothing of ours is.

Usage: python benchmarks/peer_work.py NAME FOLDER QUANTITY FONT; says how many seconds it took, its start not counted.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

_CLASS = 40
_COMMIT = 10_000
_SENTENCES = "凡是要您先付钱的，都先停一停。" * 12
_TEXT = "您好，凡是要您先垫钱、再返利的网上任务，都是诈骗。拿不准，打96110问一问。拒收请回复R"


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def weasyprint(folder: Path, quantity: int, font: str) -> float:
    """Letters with a slip, one page each, one tagged PDF for each class."""
    import weasyprint as library
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    rules = (
        f"@font-face {{ font-family: n; src: url(file://{font}) }}"
        "body { font-family: n; text-align: justify } section { page-break-after: always }"
    )
    style = library.CSS(string=rules, font_config=fonts)

    def work() -> None:
        for start in range(0, quantity, _CLASS):
            pages = "".join(
                f"<section><h1>致家长的一封信</h1><p>三年级1班 学生{n} 家长</p><p>{_SENTENCES}</p><ul><li>先问家人</li>"
                f"<li>再打96110</li></ul><hr><p>回执 学生{n} 家长签字</p></section>"
                for n in range(start, min(start + _CLASS, quantity))
            )
            page = library.HTML(string=f"<html lang='zh'><body>{pages}</body></html>")
            page.write_pdf(
                folder / f"weasyprint-{start}.pdf",
                stylesheets=[style],
                font_config=fonts,
                pdf_variant="pdf/ua-1",
            )

    return _timed(work)


def docxtpl(folder: Path, quantity: int, _font: str) -> float:
    """Letters as Word files, one for each; nothing is drawn."""
    import docx
    from docxtpl import DocxTemplate

    document = docx.Document()
    document.add_heading("致家长的一封信")
    for line in ("{{ to }}", _SENTENCES, "先问家人", "再打96110", "回执 {{ name }} 家长签字"):
        document.add_paragraph(line)
    document.save(str(folder / "template.docx"))

    def work() -> None:
        for n in range(quantity):
            letter = DocxTemplate(str(folder / "template.docx"))
            letter.render({"to": f"三年级1班 学生{n} 家长", "name": f"学生{n}"})
            letter.save(str(folder / "letter.docx"))

    return _timed(work)


def _messages(quantity: int) -> list[tuple[int, str]]:
    return [(13_000_000_000 + 7 * n, f"【幸福镇反诈中心】第{n}户{_TEXT}") for n in range(quantity)]


def huey(folder: Path, quantity: int, _font: str) -> float:
    """A task for each message into its queue on SQLite."""
    from huey import SqliteHuey

    queue = SqliteHuey(filename=str(folder / "huey.db"), fsync=True)

    @queue.task()
    def send(phone: int, body: str) -> None:
        """Nobody carries it out here."""

    wanted = _messages(quantity)

    def work() -> None:
        for phone, body in wanted:
            send(phone, body)

    return _timed(work)


def django(folder: Path, quantity: int, _font: str) -> float:
    """`bulk_create` into SQLite, a unique key, ten thousand to a commit."""
    import django as library
    from django.conf import settings
    from django.db import connection, models, transaction

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db")}
    settings.configure(DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
    library.setup()

    class Message(models.Model):  # noqa: DJ008 - nobody shows one
        """One message."""

        phone = models.BigIntegerField(unique=True)
        body = models.TextField()
        state = models.CharField(max_length=10, default="queued")

        class Meta:
            app_label = "peer"

    with connection.schema_editor() as editor:
        editor.create_model(Message)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
    wanted = _messages(quantity)

    def work() -> None:
        for start in range(0, quantity, _COMMIT):
            with transaction.atomic():
                Message.objects.bulk_create(
                    [Message(phone=phone, body=body) for phone, body in wanted[start : start + _COMMIT]]
                )

    return _timed(work)


WORKS = {"weasyprint": weasyprint, "docxtpl": docxtpl, "huey": huey, "django": django}

if __name__ == "__main__":
    name, place, count, its_font = sys.argv[1:]
    sys.stdout.write(f"{WORKS[name](Path(place), int(count), its_font)}\n")
