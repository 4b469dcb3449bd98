"""The office that every story begins with: built once, put in its place anew for each."""

import shutil
from pathlib import Path

from campaigner.exports.signing import office_key
from tests.conftest import ROOT
from tests.simulation.insider.people import People
from tests.simulation.insider.scene import AUTHOR, Scene, Story

WARNINGS = ("personal-data", "unknown-links")
FIRST = ("batch-20261207-0900", "line-20261204-0900", "server-20261203-1000")
"""Runs that wait for approval when a story begins."""
PEOPLE = 12
_CONFIG = """[office]
name = "测试镇反诈中心"
place = "测试镇"
author = "王经办"
[store]
url = "sqlite:///campaigner.db"
[output]
folder = "out"
[windows]
sms = "08:00-21:00"
[approval]
remind = "0 days"
valid = "7 days"
[people.wang]
name = "王经办"
users = ["games"]
roles = ["author", "sender", "officer"]
[people.li]
name = "李所长"
users = ["mail"]
roles = ["approver"]
[audiences.list]
kind = "people"
file = "audiences/list.csv"
basis = "履行法定职责"
purpose = "反诈宣传"
keep_until = 2028-12-31
[segments.all]
audience = "list"
[segments.few]
audience = "list"
filter = 'village == "甲村"'
[gateways.batch]
kind = "files"
signature = "测试镇反诈中心"
suffix = "拒收请回复R"
profile = "neutral"
formats = ["csv"]
[gateways.line]
kind = "insider-line"
signature = "测试镇反诈中心"
suffix = "拒收请回复R"
host = "127.0.0.1"
port = 5001
halt_percent = 0
[gateways.server]
kind = "insider-server"
signature = "测试镇反诈中心"
suffix = "拒收请回复R"
profile = "mine"
formats = ["csv"]
host = "127.0.0.1"
port = 5002
[gateways.spare]
kind = "insider-line"
signature = "测试镇反诈中心"
suffix = "拒收请回复R"
host = "127.0.0.9"
port = 5009
halt_percent = 0
[campaigns.batch]
title = "一"
segment = "all"
warnings = ["personal-data"]
gateway = "batch"
schedule = { cron = "0 9 * * mon" }
channels.sms = { template = "sms/shared" }
[campaigns.line]
title = "二"
segment = "all"
warnings = ["personal-data"]
gateway = "line"
schedule = { dates = [2026-12-04T09:00:00, 2026-12-09T09:00:00] }
channels.sms = { template = "sms/named" }
[campaigns.server]
title = "三"
segment = "few"
warnings = ["unknown-links"]
gateway = "server"
schedule = { dates = [2026-12-03T10:00:00, 2026-12-08T10:00:00] }
channels.sms = { template = "sms/shared" }
"""
_TEMPLATE = """+++
id = "sms/{name}"
channel = "sms"
title = "短信"
kind = "people"
segments = []
warnings = []
+++
{opening}{{{{ warning.short }}}}
"""
_NAMES = "一二三四五六七八九丁戊己"
_OPENINGS = {"shared": "反诈提醒：", "named": "{{ recipient.name }}您好，"}
PROFILE = """title = "我的平台"
formats = ["csv"]
[[columns]]
value = "phone"
header = "手机"
[[columns]]
value = "text"
header = "内容"
"""


def _write(folder: Path) -> None:
    for name in ("templates/sms", "templates/warnings", "templates/carriers", "audiences"):
        (folder / name).mkdir(parents=True)
    for name in WARNINGS:
        shutil.copyfile(ROOT / f"templates/warnings/{name}.toml", folder / f"templates/warnings/{name}.toml")
    for name, opening in _OPENINGS.items():
        content = _TEMPLATE.format(name=name, opening=opening)
        (folder / f"templates/sms/{name}.txt.jinja").write_text(content, "utf-8")
    (folder / "templates/carriers/mine.toml").write_text(PROFILE, "utf-8")
    rows = "".join(
        f"甲{_NAMES[number]},{13800000900 + number},{'乙村' if number % 3 else '甲村'}\n"
        for number in range(PEOPLE)
    )
    (folder / "audiences/list.csv").write_text(f"姓名,手机号,村社区\n{rows}", "utf-8")
    (folder / "config.toml").write_text(_CONFIG, "utf-8")


class Offices:
    """Offices one after the other, all in one place, so that none is taken for a copy of another.

    Args:
        base: A folder of this process alone.
    """

    def __init__(self, base: Path) -> None:
        self.folder = base / "office"
        self._kept = base / "kept"
        _write(self.folder)
        scene = Scene(self.folder, Story(0, ()), minute=600)
        people = People(scene)
        people.plan()
        for code in FIRST:
            status, said = people.call(AUTHOR, "generate", code, "--by", AUTHOR)
            assert not status, f"{said} {people.output}"
        office_key(self.folder)
        self.key = (self.folder / "keys" / "signing.pub").read_bytes()
        shutil.copytree(self.folder, self._kept)

    def fresh(self) -> Path:
        """The folder as every story begins with it."""
        for path in self.folder.parent.iterdir():
            if path not in {self._kept, self.folder}:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)
        return self.folder


def right_settings(folder: Path) -> None:
    """Put config.toml back as it was, as whoever looks into the office would before asking it anything."""
    (folder / "config.toml").write_text(_CONFIG, "utf-8")
