"""What is asked of a kind of artefact, and who says so when something of it is missing."""

import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from campaigner.answers.check import check
from campaigner.artefacts import registry
from campaigner.artefacts.kind import Artefact, Printed
from campaigner.domain.campaign import Channel, Route
from campaigner.domain.wording.rules import READ_AS
from campaigner.errors import ArtefactError
from campaigner.intake.ruleset import load_rules
from campaigner.workspace.desk import Silent
from tests.artefacts.conftest import NOTICE, Install
from tests.conftest import NOW, ROOT
from tests.offices.road import Road

MEMBERS = sorted(
    {name for kind in (Artefact, Printed) for name in (*kind.__annotations__, *vars(kind)) if name[0] != "_"}
)
FIELDS = [name for name in MEMBERS if name in Artefact.__annotations__]
METHODS = [name for name in MEMBERS if name not in FIELDS]


def test_a_name_is_one_object_wherever_it_comes_from() -> None:
    letter = Channel("letter")
    assert letter is Channel("let" + "ter")
    assert pickle.loads(pickle.dumps(letter)) is letter
    assert copy.deepcopy(letter) is letter
    assert copy.deepcopy({"sms": Channel.SMS})["sms"] is Channel.SMS
    assert (f"{letter}", letter.value, type(letter.value)) == ("letter", "letter", str)


def test_sms_go_over_gateways_and_all_else_into_the_folder() -> None:
    routes = {name.value: registry.artefact(name).channel.route for name in registry.names()}
    assert routes == {"sms": Route.GATEWAY, "letter": Route.FOLDER, "poster": Route.FOLDER}
    with pytest.raises(ArtefactError):
        registry.printed(Channel.SMS)


def test_each_kind_calls_itself_what_it_is_called() -> None:
    for name in registry.names():
        found = registry.artefact(name)
        assert (found.channel, found.form.channel, found.form.title) == (name, name, found.title)
        assert registry.titles(name) == (found.title, found.unit)


def test_the_rules_on_wording_know_each_text_that_a_kind_is_read_as() -> None:
    rules = load_rules()
    named = {name for each in (*rules.patterns, *rules.unfinished._marks) for name in each.channels}
    assert named - {""} <= set(READ_AS)
    assert {registry.artefact(name).wording for name in registry.names()} <= set(READ_AS)


def test_a_kind_that_was_once_installed_has_a_name_still() -> None:
    assert registry.titles(Channel("banner")) == ("banner", "份")


def _without(name: str) -> tuple[str, str]:
    """What to replace in the notice so that it lacks something."""
    code = (NOTICE / "notice.py").read_text("utf-8")
    wanted = rf"    def {name}\(.*?(?=\n    def |\n\ndef )" if name in METHODS else rf"    {name} = .*"
    match = re.search(wanted, code, re.DOTALL if name in METHODS else 0)
    assert match, name
    return match[0], ""


@pytest.mark.parametrize("name", MEMBERS)
def test_the_registry_names_what_is_missing(name: str, install: Install) -> None:
    install(_without(name))
    with pytest.raises(ArtefactError, match=rf"`notice` \(notice:Notices\) lacks `{name}`"):
        registry.printed(Channel("notice"))
    assert Channel("notice") not in {form.channel for form in registry.forms()}
    (fault,) = registry.faults()
    assert f"缺少 {name}" in fault.message_zh


def test_a_plugin_in_need_of_a_method_is_told_by_check_and_blocks_its_plan(
    office: Path, install: Install
) -> None:
    install(_without("print"))
    config = office / "config.toml"
    config.write_text(
        config.read_text("utf-8")
        + """
[campaigns.board]
title = "通知"
segment = "banks"
warnings = ["fake-police"]
schedule = { dates = [2026-12-03T08:00:00] }
channels.notice = { template = "notice/plain" }
""",
        "utf-8",
    )
    road = Road(office)
    found = [
        problem.code
        for problem in check(road.app.desk, NOW, Silent()).problems
        if "`print`" in problem.message
    ]
    assert {"artefact-broken", "config-artefact", "artefact-missing"} <= set(found)
    (run,) = [run for run in road.plan().runs if run.campaign == "board"]
    assert run.blocked


def test_mypy_names_what_is_missing(tmp_path: Path) -> None:
    code = (NOTICE / "notice.py").read_text("utf-8").replace(*_without("print"))
    told = "from campaigner.artefacts.kind import Printed\n\nKIND: Printed = Notices()\n"
    (tmp_path / "notice.py").write_text(f"{code}\n{told}", "utf-8")
    run = [
        sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(ROOT / ".mypy_cache"),
        "--config-file", str(ROOT / "pyproject.toml"), str(tmp_path / "notice.py"),
    ]  # fmt: skip
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert '"Notices" is missing following "Printed" protocol member' in done.stdout
    assert re.search(r"note: +print$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("def paper(self, brief: Brief, sheets: int)", "def paper(self, brief: Brief)"),
            "has a `paper` that takes",
        ),
        (('wording = "notice"', 'wording = "tweet"'), "is read as `tweet`"),
        (("audiences = frozenset({Kind.PLACES})", "audiences = frozenset()"), "no lists"),
        (('Channel("notice")', 'Channel("notes")'), "calls itself `notes`"),
        (("import json", "import nothing_of_that_name"), "cannot be loaded"),
    ],
)
def test_a_kind_that_is_not_what_is_asked_is_refused(
    change: tuple[str, str], said: str, install: Install
) -> None:
    install(change)
    with pytest.raises(ArtefactError, match=re.escape(said)) as caught:
        registry.printed(Channel("notice"))
    assert caught.value.message_zh


def test_nobody_takes_the_name_of_a_kind_of_ours(install: Install) -> None:
    install(name="letter")
    assert type(registry.printed(Channel("letter"))).__module__ == "campaigner.artefacts.letter"
    (fault,) = registry.faults()
    assert "has the name of a kind of campaigner" in fault.message


def test_two_packages_with_one_kind_are_one_too_many(install: Install, tmp_path: Path) -> None:
    site = install()
    second = site / "another-1.0.dist-info"
    second.mkdir()
    (second / "METADATA").write_text("Metadata-Version: 2.1\nName: another\nVersion: 1.0\n")
    (second / "entry_points.txt").write_text(f"[{registry.GROUP}]\nnotice = another:Notices\n")
    registry.plugins.cache_clear()
    registry.printed.cache_clear()
    with pytest.raises(ArtefactError, match="more than one package"):
        registry.printed(Channel("notice"))


def test_nothing_but_its_own_file_names_a_kind() -> None:
    """Outside `artefacts` and what draws them, code asks for SMS or not, and for nothing else."""
    kinds = re.compile(r"""Channel\(["']|["'](?:letter|poster)["']""")
    own = ("artefacts/", "rendering/", "intake/", "domain/wording/", "domain/findings/")
    package = ROOT / "campaigner"
    naming = [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if kinds.search(path.read_text("utf-8"))
    ]
    assert [path for path in naming if not path.startswith(own)] == ["domain/campaign.py"]
