"""The insider's hands in the files: settings, templates, lists, what is in out/, keys, the store's file."""

import re
import shutil

from tests.simulation.insider import looking
from tests.simulation.insider.scene import Scene

SETTINGS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("gateways.batch", "profile", ('"mine"', '"neutral"')),
    ("gateways.batch", "signature", ('"别处"', '"测试镇反诈中心"')),
    ("gateways.batch", "suffix", ('"退订回T"', '"拒收请回复R"')),
    ("gateways.batch", "kind", ('"insider-server"', '"files"')),
    ("gateways.batch", "rows_per_file", ("5", "50000")),
    ("gateways.line", "host", ('"127.0.0.2"', '"127.0.0.1"')),
    ("gateways.line", "port", ("5005", "5001")),
    ("gateways.line", "kind", ('"insider-server"', '"insider-line"')),
    ("gateways.line", "suffix", ('"退订回T"', '"拒收请回复R"')),
    ("gateways.server", "host", ('"127.0.0.2"', '"127.0.0.1"')),
    ("gateways.server", "port", ("5006", "5002")),
    ("gateways.server", "profile", ('"neutral"', '"mine"')),
    ("campaigns.batch", "gateway", ('"spare"', '"server"', '"batch"')),
    ("campaigns.line", "gateway", ('"spare"', '"line"')),
    ("campaigns.server", "gateway", ('"batch"', '"server"')),
    ("campaigns.batch", "segment", ('"few"', '"all"')),
    ("campaigns.line", "segment", ('"few"', '"all"')),
    ("campaigns.line", "title", ('"别的"', '"二"')),
    ("campaigns.line", "warnings", ('["unknown-links"]', '["personal-data"]')),
    ("campaigns.batch", "paused", ("true", "false")),
    ("campaigns.batch", "schedule", ('{ cron = "0 9 * * tue" }', '{ cron = "0 9 * * mon" }')),
    ("campaigns.line", "schedule", ("{ dates = [2026-12-02T09:00:00] }",
        "{ dates = [2026-12-04T09:00:00, 2026-12-09T09:00:00] }")),
    ("campaigns.server", "channels.sms", ('{ template = "sms/named" }', '{ template = "sms/shared" }')),
    ("segments.all", "filter", ("'village == \"乙村\"'", '""')),
    ("segments.few", "filter", ('""', "'village == \"甲村\"'")),
    ("audiences.list", "synthetic", ("true", "false")),
    ("output", "folder", ('"out2"', '"out"')),
    ("windows", "sms", ('"00:00-23:59"', '"10:00-12:00"', '"08:00-21:00"')),
    ("approval", "valid", ('"60 days"', '"2 hours"', '"7 days"')),
    ("office", "name", ('"别的中心"', '"测试镇反诈中心"')),
    ("people.wang", "roles", ('["author", "sender", "officer", "approver"]', '["author", "sender", "officer"]')),
)  # fmt: skip
"""(table, key, values that it may get)."""
_TEMPLATES = ("sms/shared.txt.jinja", "sms/named.txt.jinja")
_PROFILES = (("手机", "号码"), ("内容", "短信"), ('value = "phone"', 'value = "batch"'))


class Hands:
    """What the insider does to files; its public methods are verbs of a story.

    Args:
        scene: The office.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._folder = scene.folder

    # ---- what any clerk may do ----

    def set(self, place: int, value: int) -> None:
        """A setting is changed, or put back."""
        table, key, values = SETTINGS[place % len(SETTINGS)]
        path = self._folder / "config.toml"
        content = path.read_text("utf-8")
        line = f"{key} = {values[value % len(values)]}"
        head, mark, tail = content.partition(f"[{table}]\n")
        body, following, rest = tail.partition("\n[")
        known = re.compile(rf"^{re.escape(key)} = .*$", re.MULTILINE)
        body = known.sub(lambda _old: line, body) if known.search(body) else f"{line}\n{body}"
        path.write_text(f"{head}{mark}{body}{following}{rest}", "utf-8")

    def word(self, place: int, version: int) -> None:
        """The words of a template are changed, or put back."""
        path = self._folder / "templates" / _TEMPLATES[place % len(_TEMPLATES)]
        content = re.sub(r"(第.版)?\{\{ warning", "{{ warning", path.read_text("utf-8"))
        if version % 3:
            content = content.replace("{{ warning", f"第{version % 3}版{{{{ warning", 1)
        path.write_text(content, "utf-8")

    def warn(self, version: int) -> None:
        """A warning's short text is changed, or put back."""
        path = self._folder / "templates" / "warnings" / "personal-data.toml"
        content = re.sub(r'(?m)^short = "(第.版)?', 'short = "', path.read_text("utf-8"))
        if version % 3:
            content = content.replace('\nshort = "', f'\nshort = "第{version % 3}版', 1)
        path.write_text(content, "utf-8")

    def profile(self, place: int) -> None:
        """The platform's form is changed, or put back."""
        path = self._folder / "templates" / "carriers" / "mine.toml"
        old, new = _PROFILES[place % len(_PROFILES)]
        content = path.read_text("utf-8")
        path.write_text(
            content.replace(new, old) if new in content else content.replace(old, new, 1), "utf-8"
        )

    def people(self, place: int, other: bool) -> None:
        """Somebody is taken out of the list, or another phone is given to somebody."""
        path = self._folder / "audiences" / "list.csv"
        lines = path.read_text("utf-8").splitlines()
        if len(lines) > 3:
            number = 1 + place % (len(lines) - 1)
            name, phone, village = lines[number].split(",")
            lines[number : number + 1] = [f"{name},{int(phone) + 50},{village}"] if other else []
        path.write_text("\n".join(lines) + "\n", "utf-8")

    def rules(self) -> None:
        """Rules of the office's own are written."""
        path = self._folder / "templates" / "rules.toml"
        path.write_text('[[numbers]]\nnumber = "96110"\npurpose = "反诈专线"\n', "utf-8")

    def line(self, down: bool, room: int) -> None:
        """The other side can be reached, or not, or has little room."""
        self._scene.books.down = down
        self._scene.books.room = room or None

    # ---- what no clerk has to do ----

    def out(self, place: int, how: str, file: int) -> None:
        """A folder that went out is changed by hand."""
        folders = sorted(looking.shown(self._folder))
        if not folders:
            return
        folder = self._folder / folders[place % len(folders)]
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if how == "remove":
            shutil.rmtree(folder)
        elif how == "copy":
            shutil.copytree(folder, folder.with_name(f"{folder.name} - 副本"), dirs_exist_ok=True)
        elif how == "plant":
            (folder / "sms" / "另一批.csv").parent.mkdir(exist_ok=True)
            (folder / "sms" / "另一批.csv").write_text("mobile,content\n13800000999,点这里\n", "utf-8")
        elif how == "lose":
            files[file % len(files)].unlink()
        else:
            chosen = files[file % len(files)]
            content = chosen.read_bytes()
            for old, new in ((b"1380000090", b"1380000099"), (b'"quantity": ', b'"quantity": 9')):
                content = content.replace(old, new, 1)
            chosen.write_bytes(content)

    def key(self, how: str) -> None:
        """The office's key to sign with is taken away, or put back."""
        keys = self._folder / "keys"
        for path in sorted(keys.glob("signing*")):
            if how == "away":
                self._scene.kept[f"keys/{path.name}"] = path.read_bytes()
                path.unlink()
        if how == "back":
            self._put_back("keys/")

    def lay_aside(self) -> None:
        """The store is copied as it is."""
        for path in self._folder.glob("campaigner.db*"):
            self._scene.kept[path.name] = path.read_bytes()

    def take_back(self) -> None:
        """The store that was laid aside takes the place of the present one."""
        if "campaigner.db" not in self._scene.kept:
            return
        self._scene.rewound = True
        for path in self._folder.glob("campaigner.db*"):
            path.unlink()
        self._put_back("campaigner.db")

    def form(self, how: str) -> None:
        """Forms are taken away, or replaced."""
        for path in sorted(looking.output(self._folder).glob("approval/*.pdf")):
            if how == "away":
                path.unlink()
            else:
                path.write_bytes(b"%PDF-1.7 another")

    def _put_back(self, start: str) -> None:
        for name, content in self._scene.kept.items():
            if name.startswith(start):
                (self._folder / name).write_bytes(content)
                (self._folder / name).chmod(0o600)


FORBIDDEN = ("out", "key", "lay_aside", "take_back", "form", "restore")
"""Verbs after which something may be alarmed, besides those of the store's rows."""
