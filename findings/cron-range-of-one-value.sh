#!/usr/bin/env bash
# Found while a hundred thousand random cron lines were read by us and by another library.
#
# Guess:     a range from a value to itself is that one value, with a step behind it or without: `17-17/1` in the field of
#            hours fires at 17 o'clock, as `17-17` and `17` do.
# Version:   cronsim 2.8, croniter 6.0.0, APScheduler 3.11.0
# Behaviour: three readings of one line: cronsim fires each hour from 17 to 23, croniter each hour of the day, APScheduler
#            refuses it. Without the step cronsim and APScheduler fire at 17, croniter still each hour of the day.
# For us:    a script that writes lines as FROM-TO/STEP makes this one sooner or later, and an SMS at midnight is the end of
#            a campaign. We refuse a step that leaves one value, with what to write instead.
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

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
BEFORE, END = START - timedelta(minutes=1), START + timedelta(days=1)


def until_end(moments):
    for moment in moments:
        if moment >= END:
            return
        yield moment


def apscheduler(line):
    trigger, now, last = CronTrigger.from_crontab(line, timezone=timezone.utc), START, None
    while last := trigger.get_next_fire_time(last, now):
        yield last
        now = last + timedelta(microseconds=1)


def hours(moments):
    try:
        found = [moment.hour for moment in until_end(moments())]
    except ValueError as error:
        return type(error).__name__
    return f"{found[0]}..{found[-1]}" if len(found) > 1 else str(found[0])


for line in ("0 17-17/1 * * *", "0 17-17 * * *"):
    print(
        line,
        "cronsim", hours(lambda: CronSim(line, BEFORE)),
        "croniter", hours(lambda: iter(croniter(line, BEFORE, ret_type=datetime).get_next, None)),
        "apscheduler", hours(lambda: apscheduler(line)),
    )
PYTHON
diff "$folder/seen" - <<'SEEN'
0 17-17/1 * * * cronsim 17..23 croniter 0..23 apscheduler ValueError
0 17-17 * * * cronsim 17 croniter 0..23 apscheduler 17
SEEN
echo "as it was found"
