"""A plugin's kind that bears names: masked wherever somebody looks, found and deleted with its recipient."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from campaigner.answers.preview import masked_samples, samples
from campaigner.answers.slip import slip_of
from campaigner.domain.campaign import Channel
from campaigner.domain.planning import Run
from campaigner.office.subject_copy import write_copy
from campaigner.office.subjects import dossier, erase
from campaigner.store import messages
from tests.artefacts.conftest import Install, forget
from tests.artefacts.test_new_kind import CAMPAIGN, RUN, TEMPLATE
from tests.offices.office import Office

NOTICE = Channel("notice")
OUT = "2026-12-03T08:00"
AFTER = "2026-12-04T09:00"
FOR_PEOPLE = (
    ("frozenset({Kind.PLACES})", "frozenset({Kind.PEOPLE})"),
    ("addressed = False", "addressed = True"),
)


@pytest.fixture
def office(office: Path, install: Install) -> Office:  # type: ignore[misc]
    install(*FOR_PEOPLE)
    (office / "templates" / "notice").mkdir()
    template = TEMPLATE.replace('"places"', '"people"').replace(
        "\n{{ warning.long", "\n{{ recipient.name }}：{{ warning.long"
    )
    (office / "templates" / "notice" / "plain.txt.jinja").write_text(template, "utf-8")
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8") + CAMPAIGN.replace('"banks"', '"elderly"'), "utf-8")
    return Office(office)


def one(office: Office, run: Run) -> tuple[int, str]:
    """(phone, name) of somebody who gets a notice."""
    with office.store.read() as connection:
        names = {m.label for block in messages.ordered(connection, run, NOTICE) for _id, m in block}
    text = (office.folder / "audiences" / "residents.csv").read_text("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["姓名"] in names]
    phones = [row["手机号"] for row in rows]
    return next(
        (int(row["手机号"]), row["姓名"])
        for row in rows
        if phones.count(row["手机号"]) == 1 and row["手机号"]
    )


@pytest.mark.parametrize("addressed", [True, False])
def test_no_name_is_shown_even_where_the_kind_masks_nothing(
    office: Office, install: Install, *, addressed: bool
) -> None:
    if not addressed:
        install(FOR_PEOPLE[0])
        office = Office(office.folder)
    office.keep()
    run = office.generate(RUN)
    found = samples(office.store, run, NOTICE, 3)
    shown = masked_samples(office.work(), run, found)
    assert len(shown) == len(found) == 3
    for before, after in zip(found, shown, strict=True):
        assert before.label in before.text
        assert before.label not in f"{after.text}{after.label}{after.body}"
        assert "某：" in after.text
    (section,) = slip_of(office.work(), run).sections
    assert len(section.pictures) == (1 if addressed else 3)


def test_what_is_kept_of_a_person_is_found_copied_and_deleted(office: Office) -> None:
    office.ready(RUN)
    office.out(OUT, RUN)
    run = office.run(RUN)
    phone, name = one(office, run)
    found = dossier(office.at(AFTER), phone)
    assert [trace.channel for trace in found.traces] == [NOTICE]
    assert any(path.parent.name == "notices" for path in found.files)
    path, _digest = write_copy(office.at(AFTER), phone, "本人查询")
    with zipfile.ZipFile(path) as file:
        assert f"{name}：" in file.read("data.json").decode()
        (text,) = [file.read(entry).decode("utf-8-sig") for entry in file.namelist() if entry != "data.json"]
    assert f"村务公开栏通知（通知，编号 {RUN}）" in text
    gone = erase(office.at(AFTER), phone, "本人要求删除")
    assert (gone.messages, gone.runs) == (1, [RUN])
    assert not dossier(office.at(AFTER), phone).traces


def test_a_message_whose_kind_is_gone_is_found_still(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.ready(RUN)
    office.out(OUT, RUN)
    phone, name = one(office, office.run(RUN))
    work = office.at(AFTER)
    monkeypatch.undo()
    forget()
    found = dossier(work, phone)
    assert [trace.channel for trace in found.traces] == [NOTICE]
    assert any(path.parent.name == "notices" for path in found.files)
    path, _digest = write_copy(work, phone, "本人查询")
    with zipfile.ZipFile(path) as file:
        assert name in file.read("data.json").decode()
