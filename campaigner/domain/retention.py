"""How long what is kept of people: by class, so that each is forgotten when its purpose is done (PIPL art. 19, 47)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kept(StrEnum):
    """A class of what is kept of people."""

    TEXTS = "texts"
    """Finished wordings of messages, shared or each its own."""
    RECIPIENTS = "recipients"
    """Who was written to: phones, names on letters, each person's own text."""
    DELIVERIES = "deliveries"
    """What carriers told of single messages, and their ids; the counts stay."""
    EXPORTS = "exports"
    """Batches, letters and lists in the output folder, and copies that persons or others were handed."""
    INBOX = "inbox"
    """Carriers' status files, read or not."""
    PREVIEWS = "previews"
    """Drawn samples."""
    REPORTS = "reports"
    """Work reports that were imported, and pages of their findings."""
    LEFTOVERS = "leftovers"
    """Files that a killed command has left half-written."""
    BACKUPS = "backups"
    """Copies of the store; the newest is always kept."""


KEPT_TITLES: Mapping[Kept, tuple[str, str, str]] = {
    Kept.TEXTS: ("texts of messages", "短信和宣传材料的文字", "条"),
    Kept.RECIPIENTS: ("recipients of messages", "收件人号码、姓名及其个人文字", "条"),
    Kept.DELIVERIES: ("states of single messages", "逐条回执和运营商编号", "条"),
    Kept.EXPORTS: ("exported files", "导出的号码文件、信件和名单", "个文件"),
    Kept.INBOX: ("carriers' status files", "运营商的状态文件", "个文件"),
    Kept.PREVIEWS: ("drawn samples", "预览样张", "个文件"),
    Kept.REPORTS: ("work reports", "导入的工作报告和识别结果网页", "个文件"),
    Kept.LEFTOVERS: ("half-written files", "中断的操作留下的半成品文件", "个文件"),
    Kept.BACKUPS: ("backups of the store", "存储备份", "个文件"),
}
"""Class -> (English, Chinese, what its quantity counts in Chinese)."""

IN_STORE = frozenset({Kept.TEXTS, Kept.RECIPIENTS, Kept.DELIVERIES})
"""Classes that are rows of the store; the others are files."""
LAW = "《中华人民共和国个人信息保护法》第四十七条"
"""Under which what has served its purpose is deleted."""
_HALF_A_YEAR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each class is kept after the run has ended, or the file was written.

    Args:
        texts: See `Kept`.
        recipients: See `Kept`.
        deliveries: See `Kept`.
        exports: See `Kept`.
        inbox: See `Kept`.
        previews: See `Kept`.
        reports: See `Kept`.
        leftovers: See `Kept`; after the last time that anything was written to it.
        backups: See `Kept`.
        notice: How long before it somebody is told.
    """

    texts: timedelta = _HALF_A_YEAR
    recipients: timedelta = _HALF_A_YEAR
    deliveries: timedelta = _HALF_A_YEAR
    exports: timedelta = _HALF_A_YEAR
    inbox: timedelta = _HALF_A_YEAR
    previews: timedelta = _HALF_A_YEAR
    reports: timedelta = _HALF_A_YEAR
    leftovers: timedelta = timedelta(days=7)
    backups: timedelta = timedelta(days=90)
    notice: timedelta = timedelta(days=14)

    def of(self, kind: Kept) -> timedelta:
        """How long one class is kept."""
        return {
            Kept.TEXTS: self.texts,
            Kept.RECIPIENTS: self.recipients,
            Kept.DELIVERIES: self.deliveries,
            Kept.EXPORTS: self.exports,
            Kept.INBOX: self.inbox,
            Kept.PREVIEWS: self.previews,
            Kept.REPORTS: self.reports,
            Kept.LEFTOVERS: self.leftovers,
            Kept.BACKUPS: self.backups,
        }[kind]
