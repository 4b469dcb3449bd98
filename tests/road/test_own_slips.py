"""The clock takes away only slips that it drew itself and that nobody needs any more."""

from pathlib import Path

import pytest

from campaigner.answers.evidence import pack_month
from campaigner.office.reminding import remind
from campaigner.road.generate import generate
from campaigner.road.review import approve, send_back
from tests.offices.road import APPROVER
from tests.offices.small import Small, campaign

RUN = "c-20261207-0900"
SUNDAY, NOON = "2026-12-06T10:00", "2026-12-06T12:00"


@pytest.fixture
def small(office: Path) -> Small:
    return Small(office)


def slips(small: Small) -> set[str]:
    return {path.name for path in (small.folder / "out" / "approval").iterdir()}


def test_what_people_put_there_stays(small: Small) -> None:
    small.prepare(SUNDAY, RUN, approved=False)
    folder = small.folder / "out" / "approval"
    folder.mkdir(parents=True)
    strangers = {f"{RUN}-0900.pdf", f"{RUN}.pdf", "signed-scan.pdf", f"{RUN}-12345678.pdf"}
    for name in strangers:
        (folder / name).write_bytes(b"scan")
    small.daemon("2026-12-06T10:10")
    assert strangers < slips(small)
    approve(small.at(NOON, APPROVER), small.run(RUN), contents=[small.run(RUN).digest])
    small.daemon(NOON)
    assert strangers < slips(small)


def test_the_slip_of_what_was_approved_stays_for_the_evidence(small: Small) -> None:
    small.prepare(SUNDAY, RUN, approved=False)
    (reminder,) = remind(small.at(SUNDAY))
    approve(small.at(NOON, APPROVER), small.run(RUN), contents=[small.run(RUN).digest])
    small.daemon("2026-12-07T09:00")
    assert reminder.slip.exists()
    packed = pack_month(small.at("2026-12-31T09:00"), small.run(RUN).planned.due_at.date())
    import zipfile

    with zipfile.ZipFile(packed.path) as pack:
        assert [name for name in pack.namelist() if name.endswith(reminder.slip.name)]


def test_an_own_slip_that_nobody_needs_goes_and_a_scan_over_it_stays(small: Small) -> None:
    small.prepare(SUNDAY, RUN, approved=False)
    (first,) = remind(small.at(SUNDAY))
    send_back(small.at(SUNDAY, APPROVER), small.run(RUN), "换一句")
    small.write(campaign().replace('title = "测试"', 'title = "测试二"'))
    small.plan_at(SUNDAY)
    with (small.folder / "audiences" / "list.csv").open("a", encoding="utf-8") as file:
        file.write("甲五,13800000905,甲村\n")
    generate(small.at(SUNDAY), small.run(RUN))
    list(remind(small.at("2026-12-07T08:00")))
    assert not first.slip.exists()
    (second,) = slips(small)
    (small.folder / "out" / "approval" / second).write_bytes(b"%PDF signed")
    small.write(campaign(more="paused = true"))
    small.daemon("2026-12-07T09:00")
    assert slips(small) == {second}
