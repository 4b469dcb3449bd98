"""A plan as an iCalendar file."""

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event

from campaigner.app import App
from campaigner.domain.planning import Run


def as_ics(app: App, runs: Sequence[Run]) -> str:
    """The runs as events of half an hour; the same plan gives the same file."""
    calendar = Calendar()
    calendar.add("prodid", "-//campaigner//plan//ZH")
    calendar.add("version", "2.0")
    for run in runs:
        due = app.desk.local(run.planned.due_at)
        event = Event()
        event.add("uid", f"{run.code}@campaigner")
        event.add("dtstamp", run.planned.due_at)
        event.add("dtstart", due)
        event.add("dtend", due + timedelta(minutes=30))
        event.add("summary", run.planned.title)
        figures = [f"{t.channel}: {t.recipients}" for t in run.planned.tallies]
        event.add("description", "\n".join([run.code, *figures]))
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text.replace("\r\n", "\n")
