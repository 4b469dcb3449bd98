#!/usr/bin/env bash
# Found while schedules were checked against other readers of cron lines.
#
# Guess:     a step behind a range of names means the same as behind the range of numbers, and what a line's reader
#            does not understand is refused: `mon-fri/2` fires on Monday, Wednesday and Friday, `jan-dec/3` in four
#            months, `mon#1` on the first Monday or not at all, `mon，thu` (a Chinese comma) is an error.
# Version:   APScheduler 3.11.0, CronTrigger.from_crontab
# Behaviour: the expression is matched at its beginning only, and the rest is dropped without a word: all five
#            weekdays, all twelve months, every Monday, Mondays only. Two other readers agree with the guess.
# For us:    a warning would go out on 261 days of 2026 instead of 156. Lines are parsed strictly by domain/cron, and
#            APScheduler is given none of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check apscheduler==3.11.0 cronsim==2.8 croniter==6.0.0 tzdata
"$folder/env/bin/python" - <<'PYTHON' | tee "$folder/seen"
from datetime import datetime, timedelta, timezone

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

START, END = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2026, 2027))
BEFORE = START - timedelta(minutes=1)


def apscheduler(line):
    trigger, now, last = CronTrigger.from_crontab(line, timezone=timezone.utc), START, None
    while (last := trigger.get_next_fire_time(last, now)) and last < END:
        yield last
        now = last + timedelta(microseconds=1)


def until_end(moments):
    for moment in moments:
        if moment >= END:
            return
        yield moment


def count(read, line):
    try:
        return sum(1 for _ in read(line))
    except Exception as error:
        return type(error).__name__


READERS = {
    "apscheduler": apscheduler,
    "cronsim": lambda line: until_end(CronSim(line, BEFORE)),
    "croniter": lambda line: until_end(iter(croniter(line, BEFORE, ret_type=datetime).get_next, None)),
}
for line in ("0 9 * * mon-fri/2", "0 9 1 jan-dec/3 *", "0 9 * * mon#1", "0 9 * * mon，thu"):
    print(line, *(f"{name}={count(read, line)}" for name, read in READERS.items()))
PYTHON
diff "$folder/seen" - <<'SEEN'
0 9 * * mon-fri/2 apscheduler=261 cronsim=156 croniter=156
0 9 1 jan-dec/3 * apscheduler=12 cronsim=4 croniter=4
0 9 * * mon#1 apscheduler=52 cronsim=12 croniter=12
0 9 * * mon，thu apscheduler=52 cronsim=CronSimError croniter=CroniterNotAlphaError
SEEN
echo "as it was found"
