"""A small office of one campaign whose configuration is changed from step to step, as a clerk would."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from campaigner.daemon.beats import Said
from campaigner.daemon.service import Daemon
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.road.generate import READY, generate
from campaigner.road.keeping import Change, keep
from campaigner.road.plan import make_plan
from campaigner.road.review import approve
from campaigner.store import runs
from tests.offices.office import Office, at
from tests.offices.road import APPROVER, stood_for

SAME = "每次都是同一内容"
"""Why its approver lets the same people have the same text again."""
PHONES = (13800000901, 13800000902, 13800000903, 13800000904)
_CONFIG = """
[office]
name = "测试镇反诈中心"
place = "测试镇"
issuers = ["测试镇综治中心"]
author = "王经办"
zone = "Asia/Shanghai"
[store]
url = "{store}"
[output]
folder = "out"
[gateways.carrier]
kind = "{kind}"
signature = "测试镇反诈中心"
suffix = "拒收请回复R"
price = 0.05
[audiences.list]
kind = "people"
file = "audiences/list.csv"
basis = "b"
purpose = "p"
keep_until = 2027-12-31
[segments.all]
audience = "list"
[segments.few]
audience = "list"
filter = 'village == "甲村"'
{campaigns}
"""
_CAMPAIGN = """
[campaigns.{name}]
title = "测试"
segment = "all"
warnings = ["personal-data"]
schedule = {schedule}
gateway = "carrier"
channels.sms = {{ template = "sms/general" }}
{more}
"""
MONDAYS = '{ cron = "0 9 * * mon" }'
DAILY = '{ cron = "0 9 * * *" }'


def campaign(schedule: str = MONDAYS, more: str = "", name: str = "c") -> str:
    return _CAMPAIGN.format(name=name, schedule=schedule, more=more)


class Small(Office):
    """An office of four phones; each step reads the folder as it is then.

    Args:
        folder: A working folder that was set up.
        kind: Kind of its gateway.
    """

    def __init__(self, folder: Path, kind: str = "files") -> None:
        config = folder / "config.toml"
        found = re.search(r'url = "([^"]+)"', config.read_text("utf-8"))
        assert found
        self._store_url = found[1]
        self._kind = kind
        rows = "".join(f"甲{name},{phone},甲村\n" for name, phone in zip("一二三四", PHONES, strict=True))
        (folder / "audiences" / "list.csv").write_text(f"姓名,手机号,村社区\n{rows}", "utf-8")
        self._path = config
        self.write(campaign())
        super().__init__(folder)

    def write(self, *campaigns: str) -> None:
        """What the clerk saves as config.toml."""
        text = _CONFIG.format(store=self._store_url, kind=self._kind, campaigns="\n".join(campaigns))
        self._path.write_text(text, "utf-8")

    def plan_at(self, moment: str, days: int = 14, back: int = 0, *, expressly: bool = False) -> list[Change]:
        work = self.at(moment)
        midnight = at(moment).replace(hour=0, minute=0)
        first, last = midnight - timedelta(days=back), midnight + timedelta(days=days)
        plan = make_plan(work.desk, first, last, work.now, work.progress)
        return keep(work, replace(plan, expressly=expressly))

    def prepare(self, moment: str, *codes: str, approved: bool = True) -> None:
        """Plan, and write and approve some runs."""
        self.plan_at(moment)
        for code in codes:
            generate(self.at(moment), self.run(code))
            if approved:
                approve(
                    self.at(moment, APPROVER), self.run(code), again=SAME, contents=(self.run(code).digest,)
                )

    def approve_all(self, moment: str) -> None:
        for run in self.in_state(RunState.GENERATED):
            work = self.at(moment, APPROVER)
            approve(work, stood_for(work, run), again=SAME, contents=(run.digest,))

    def generate_all(self, moment: str) -> None:
        for state in READY:
            for run in self.in_state(state):
                generate(self.at(moment), run)

    def in_state(self, *states: RunState) -> list[Run]:
        with self.store.read() as connection:
            return runs.in_states(connection, states)

    def state(self, code: str) -> tuple[str, str]:
        """State and reason of a run."""
        run = self.run(code)
        return run.state.value, run.reason

    def daemon(self, moment: str) -> list[Said]:
        """One turn of the clock."""
        lines: list[Said] = []
        made = Daemon(self.folder, lambda: at(moment), lambda _beat, line: lines.append(line))
        assert made.once()
        made.store.close()
        return lines

    def exported(self) -> list[str]:
        """Names of the folders that went out."""
        out = self.folder / "out"
        return sorted(path.parent.name for path in out.glob("*/manifest.json")) if out.exists() else []
