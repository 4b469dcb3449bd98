"""The clerk at the files: settings and lists, as they are written and changed."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.simulation.offices.lists import Person, write
from tests.simulation.offices.scene import WARNINGS, History, Scene
from tests.simulation.offices.settings import Settings, moment, templates, toml


class Files:
    """The folder of an office; its public methods are verbs of a history.

    Args:
        scene: The office.
        history: What it begins with.
    """

    def __init__(self, scene: Scene, history: History) -> None:
        self._scene = scene
        self._settings = history.settings
        self._writes = 0
        self._build(history)

    def _build(self, history: History) -> None:
        for name in ("templates/sms", "templates/warnings", "audiences"):
            (self._scene.folder / name).mkdir(parents=True)
        for name in WARNINGS:
            shutil.copyfile(
                ROOT / f"templates/warnings/{name}.toml",
                self._scene.folder / f"templates/warnings/{name}.toml",
            )
        self._write_settings()
        for file, sheet in history.sheets:
            write(self._scene.folder / "audiences" / file, sheet, self._stamp())

    def _stamp(self) -> int:
        """When a file is written, in nanoseconds; no two are written at once."""
        self._writes += 1
        return int(moment(self._scene.minute).timestamp()) * 10**9 + self._writes * 10**6

    def _write_settings(self) -> None:
        self._write(self._scene.folder / "config.toml", toml(self._settings))
        for name, content in templates(self._settings):
            self._write(self._scene.folder / f"templates/sms/{name}.txt.jinja", content)

    def _write(self, path: Path, content: str) -> None:
        if not path.exists() or path.read_text("utf-8") != content:
            path.write_text(content, "utf-8")
            stamp = self._stamp()
            os.utime(path, ns=(stamp, stamp))

    def _become(self, settings: Settings) -> None:
        whole = toml(settings) == toml(
            replace(settings, spoiled="")
        )  # what is not there cannot be misspelled
        self._settings, self._scene.spoiled = settings, "" if whole else settings.spoiled
        self._write_settings()
        if whole:
            self._scene.oracle.versions.append((self._scene.minute, settings))
        elif settings.spoiled.startswith("key "):
            self._all_but(settings.spoiled.removeprefix("key "))

    def _all_but(self, name: str) -> None:
        """A campaign with a misspelt key goes on as it was before; the rest of the file is in force."""
        versions = self._scene.oracle.versions
        before = versions[-1][1].campaigns
        others = {key: value for key, value in self._settings.campaigns.items() if key != name}
        kept = {name: before[name]} if name in before else {}
        versions.append(
            (self._scene.minute, replace(self._settings, campaigns={**others, **kept}, spoiled=""))
        )

    def drop(self, name: str) -> None:
        """A campaign is taken out."""
        kept = {key: value for key, value in self._settings.campaigns.items() if key != name}
        self._become(replace(self._settings, campaigns=kept))

    def set_campaign(self, name: str, campaign: Any) -> None:
        """A campaign is written, or written over."""
        self._become(replace(self._settings, campaigns={**self._settings.campaigns, name: campaign}))

    def change(self, name: str, key: str, value: Any) -> None:
        """One key of a campaign is changed."""
        campaign = self._settings.campaigns.get(name)
        if campaign is not None:
            self.set_campaign(name, replace(campaign, **{key: value}))

    def schedule(self, name: str, key: str, value: Any) -> None:
        """One key of a campaign's schedule is changed."""
        campaign = self._settings.campaigns.get(name)
        if campaign is not None:
            self.set_campaign(name, replace(campaign, schedule=replace(campaign.schedule, **{key: value})))

    def rename(self, name: str, other: str) -> None:
        """A campaign gets another name."""
        campaigns = {other if key == name else key: value for key, value in self._settings.campaigns.items()}
        self._become(replace(self._settings, campaigns=campaigns))

    def office(self, key: str, value: Any) -> None:
        """One setting of the whole office is changed."""
        self._become(replace(self._settings, **{key: value}))

    def entry(self, key: str, name: str, value: Any) -> None:
        """One table among several of a kind, or one template, is changed."""
        self._become(replace(self._settings, **{key: {**getattr(self._settings, key), name: value}}))

    def spoil(self, how: str) -> None:
        """config.toml is misspelled."""
        self._become(replace(self._settings, spoiled=how))

    def repair(self) -> None:
        """config.toml can be read again."""
        self._become(replace(self._settings, spoiled=""))

    def sheet(self, file: str, key: str, value: Any) -> None:
        """A list is changed, damaged, or put right."""
        sheet = self._scene.oracle.sheets[file]
        people = list(sheet.people)
        if key == "add":
            people.append(value)
        elif key == "remove":
            people = [person for person in people if person.number != value]
        elif key in {"refuses", "accepts"}:
            people = [replace(p, refuses=key == "refuses") if p.number == value else p for p in people]
        else:
            sheet = replace(sheet, **{key: value})
        self._scene.oracle.sheets[file] = replace(sheet, people=tuple(people) or (Person(1),))
        write(self._scene.folder / "audiences" / file, self._scene.oracle.sheets[file], self._stamp())
