"""The insider's hands in the store, which he has open: every row and column, the log, and what guards them."""

import hashlib
import json
from typing import Any

from campaigner.store import cipher
from tests.simulation.insider import looking
from tests.simulation.insider.looking import Ask
from tests.simulation.insider.scene import AUTHOR, Scene

TABLES = (
    "run", "approval", "message", "wording", "ledger", "run_release", "batch", "delivery", "handover", "pause",
    "setting", "campaign_seen", "own_file", "tally", "reference", "sender", "refusal", "lease",
)  # fmt: skip
_TEXTS = ("message", "wording", "ledger")
_STATES = (
    "planned",
    "generated",
    "returned",
    "approved",
    "releasing",
    "partly",
    "released",
    "held",
    "cancelled",
)
_OTHER_TEXT = "【测试镇反诈中心】点这里领取补贴，拒收请回复R"
_OTHER_PHONE = 13800000999
_LATER, _EARLIER = "2027-06-01 00:00:00.000000", "2026-11-20 00:00:00.000000"


class Rows:
    """What the insider does to the store; its public methods are verbs of a story.

    Args:
        scene: The office.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def _do(self, act: Any, *given: Any) -> str:
        """Do something with the store open; what it refuses stays undone."""
        try:
            with looking.asking(self._scene.folder) as ask:
                return act(ask, *given) or ""
        except cipher.driver.Error as error:
            return str(error)

    # ---- any row, any column ----

    def cell(self, table: int, row: int, column: int, how: int) -> str:
        """One value is changed."""
        return self._do(_cell, TABLES[table % len(TABLES)], row, column, how)

    def drop(self, table: int, row: int) -> str:
        """One row is taken away."""
        return self._do(_drop, TABLES[table % len(TABLES)], row)

    def double(self, table: int, row: int) -> str:
        """One row is written a second time."""
        return self._do(_double, TABLES[table % len(TABLES)], row)

    def unguard(self) -> str:
        """What the database itself refuses is refused no longer."""
        return self._do(_unguard)

    # ---- what somebody who knows the program would do ----

    def forge(self, run: int) -> str:
        """An approval is written into the store."""
        return self._do(_forge, run)

    def revive(self, run: int) -> str:
        """An approval that is void stands again."""
        return self._do(_revive, run)

    def prolong(self) -> str:
        """Approvals hold for longer."""
        return self._do(lambda ask: ask("UPDATE approval SET expires_at = ?", _LATER) and None)

    def swap(self, run: int, phones: bool, fitting: int) -> str:
        """Other messages take the place of a run's, and the hashes are made to fit as far as he likes."""
        return self._do(self._swap, run, phones, fitting)

    def swap_back(self) -> str:
        """What was there before the first of such a change takes its place again."""
        return self._do(self._swap_back)

    def merge(self, run: int) -> str:
        """Two messages become one whose text has the other in it, so that a hash over both may stay."""
        return self._do(_merge, run)

    def lead(self, run: int, gateway: int) -> str:
        """A run gets another way out."""
        names = ("spare", "server", "batch", "line")
        return self._do(_of_run, run, "UPDATE run SET gateway = ? WHERE id = ?", names[gateway % len(names)])

    def hurry(self, run: int) -> str:
        """A run may go out earlier."""
        return self._do(_of_run, run, "UPDATE run SET release_at = ? WHERE id = ?", _EARLIER)

    def loosen(self) -> str:
        """What is held back is held back no longer."""
        return self._do(lambda ask: ask("DELETE FROM pause") and None)

    def retitle(self, run: int) -> str:
        """A run is called something else."""
        return self._do(_of_run, run, "UPDATE run SET title = ? WHERE id = ?", "点这里")

    def rewrite_author(self, run: int) -> str:
        """Somebody else has written a run, so that its author may approve it."""
        return self._do(_of_run, run, "UPDATE run SET author = ? WHERE id = ?", "张三")

    def become(self, run: int, state: int) -> str:
        """A run comes to another state."""
        return self._do(_of_run, run, "UPDATE run SET state = ? WHERE id = ?", _STATES[state % len(_STATES)])

    def forget(self, run: int) -> str:
        """The store no longer knows that anything of a run went out."""
        return self._do(_forget, run)

    def spring(self, run: int) -> str:
        """A text changes by itself while a run is being sent, and changes back when that is logged."""
        return self._do(_spring, run)

    def swap_codes(self, run: int, other: int) -> str:
        """Two runs change their names."""
        return self._do(_swap_codes, run, other)

    # ---- the log ----

    def entry(self, place: int, column: int) -> str:
        """An entry is altered."""
        self._scene.rewound = True
        return self._do(_entry, place, column)

    def strike(self, place: int) -> str:
        """An entry is taken out."""
        self._scene.rewound = True
        return self._do(_strike, place)

    def cut(self, count: int) -> str:
        """The last entries are cut off, and the hash that is kept of the newest is made to fit."""
        self._scene.rewound = True
        return self._do(_cut, count)

    def keep_entries(self) -> str:
        """The log's rows are laid aside."""
        return self._do(self._keep_entries)

    def put_entries(self) -> str:
        """Those that are still there get back the values that were laid aside."""
        return self._do(self._put_entries)

    def _swap(self, ask: Ask, run: int, phones: bool, fitting: int) -> None:
        if "texts" not in self._scene.kept:
            kept = {table: ask(f"SELECT * FROM {table}") for table in _TEXTS}
            kept["digests"] = ask("SELECT digest, id FROM run")
            self._scene.kept["texts"] = json.dumps(kept).encode()
        _swap(ask, run, phones, fitting)

    def _swap_back(self, ask: Ask) -> None:
        kept = json.loads(self._scene.kept.pop("texts", b"{}"))
        for table in _TEXTS if kept else ():
            ask(f"DELETE FROM {table}")
            for row in kept[table]:
                ask(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
        for digest, run in kept.get("digests", ()):
            ask("UPDATE run SET digest = ? WHERE id = ?", digest, run)

    def _keep_entries(self, ask: Ask) -> None:
        self._scene.kept["log"] = json.dumps(ask("SELECT * FROM log ORDER BY seq")).encode()

    def _put_entries(self, ask: Ask) -> None:
        if "log" not in self._scene.kept:
            return
        self._scene.rewound = True
        _unguard(ask)
        for row in json.loads(self._scene.kept["log"]):
            ask("INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)


ROWS = tuple(name for name in vars(Rows) if not name.startswith("_"))


def _columns(ask: Ask, table: str) -> list[str]:
    return [row[1] for row in ask(f"PRAGMA table_info({table})")]


def _numbers(ask: Ask, table: str) -> list[int]:
    return [row[0] for row in ask(f"SELECT rowid FROM {table} ORDER BY rowid")]


def _cell(ask: Ask, table: str, row: int, column: int, how: int) -> str:
    numbers, columns = _numbers(ask, table), _columns(ask, table)
    if not numbers:
        return ""
    number, name = numbers[row % len(numbers)], columns[column % len(columns)]
    ((old,),) = ask(f'SELECT "{name}" FROM {table} WHERE rowid = ?', number)
    others = [
        value for (value,) in ask(f'SELECT DISTINCT "{name}" FROM {table} WHERE "{name}" IS NOT ?', old)
    ]
    made = [old + 1, 0, old - 1] if isinstance(old, int) else ["", f"{old or ''}点", _EARLIER, _LATER, None]
    values = [*others, *made]
    new = values[how % len(values)]
    ask(f'UPDATE {table} SET "{name}" = ? WHERE rowid = ?', new, number)
    return f"{table}.{name}"


def _drop(ask: Ask, table: str, row: int) -> str:
    numbers = _numbers(ask, table)
    if numbers:
        ask(f"DELETE FROM {table} WHERE rowid = ?", numbers[row % len(numbers)])
    return table


def _double(ask: Ask, table: str, row: int) -> str:
    numbers, columns = _numbers(ask, table), _columns(ask, table)
    kept = [name for name in columns if name != "id"]
    if numbers:
        names = ", ".join(f'"{name}"' for name in kept)
        ask(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE rowid = ?",
            numbers[row % len(numbers)],
        )
    return table


def _unguard(ask: Ask) -> None:
    for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        ask(f'DROP TRIGGER "{name}"')


def _run(ask: Ask, place: int) -> int:
    """The number of a run whose messages are written; 0 if there is none."""
    found = ask("SELECT DISTINCT run_id FROM message ORDER BY run_id")
    return int(found[place % len(found)][0]) if found else 0


def _of_run(ask: Ask, place: int, query: str, *values: object) -> None:
    ask(query, *values, _run(ask, place))


def _forge(ask: Ask, place: int) -> None:
    run = _run(ask, place)
    ask(
        'INSERT INTO approval (run_id, "by", at, content_hash, digest, quantity, parts, voided_why, expires_at)'
        " SELECT id, '李所长', '2026-12-01 06:00:00.000000', content_hash, digest, quantity, parts, '', ?"
        " FROM run WHERE id = ?", _LATER, run,
    )  # fmt: skip
    ask("UPDATE run SET state = 'approved' WHERE id = ?", run)


def _revive(ask: Ask, place: int) -> None:
    run = _run(ask, place)
    ask("UPDATE approval SET voided_at = NULL, voided_why = '' WHERE run_id = ?", run)
    ask("UPDATE run SET state = 'approved' WHERE id = ?", run)


def _swap(ask: Ask, place: int, phones: bool, fitting: int) -> None:
    run = _run(ask, place)
    if phones:
        ((phone,),) = ask("SELECT min(recipient) FROM message WHERE run_id = ?", run)
        for table in ("message", "ledger"):
            ask(
                f"UPDATE {table} SET recipient = ? WHERE run_id = ? AND recipient = ?",
                _OTHER_PHONE,
                run,
                phone,
            )
    else:
        ask("UPDATE wording SET text = ? WHERE run_id = ?", _OTHER_TEXT, run)
        ask("UPDATE message SET body = ? WHERE run_id = ? AND wording_id IS NULL", _OTHER_TEXT, run)
    if fitting > 0:
        ask("UPDATE run SET digest = ? WHERE id = ?", _digest(ask, run), run)
    if fitting > 1:
        ask("UPDATE approval SET digest = ? WHERE run_id = ?", _digest(ask, run), run)


def _digest(ask: Ask, run: int) -> str:
    """Hash over the SMS of a run, as the program takes it."""
    rows = ask(
        "SELECT recipient, copies, coalesce(wording.text, message.body) FROM message LEFT JOIN wording"
        " ON wording.id = wording_id WHERE message.run_id = ? ORDER BY message.id", run,
    )  # fmt: skip
    lines = [f"sms\x1f{recipient}\x1f{copies}\x1f{text}\x1e" for recipient, copies, text in rows]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _merge(ask: Ask, place: int) -> None:
    run = _run(ask, place)
    rows = ask(
        "SELECT message.id, recipient, copies, coalesce(wording.text, message.body) FROM message LEFT JOIN wording"
        " ON wording.id = wording_id WHERE message.run_id = ? ORDER BY message.id LIMIT 2", run,
    )  # fmt: skip
    if len(rows) < 2:
        return
    (first, _phone, _copies, text), (second, phone, copies, other) = rows
    whole = f"{text}\x1esms\x1f{phone}\x1f{copies}\x1f{other}"
    ask("UPDATE message SET body = ?, wording_id = NULL WHERE id = ?", whole, first)
    ask("DELETE FROM message WHERE id = ?", second)
    ask("DELETE FROM ledger WHERE run_id = ? AND recipient = ?", run, phone)


def _forget(ask: Ask, place: int) -> None:
    run = _run(ask, place)
    ask("UPDATE ledger SET release_no = 0, held_by = '' WHERE run_id = ?", run)
    for table in ("run_release", "batch", "delivery", "handover"):
        ask(f"DELETE FROM {table} WHERE run_id = ?", run)
    ask("UPDATE run SET state = 'approved' WHERE id = ?", run)


def _spring(ask: Ask, place: int) -> None:
    run = _run(ask, place)
    ask("CREATE TABLE IF NOT EXISTS aside (id INTEGER PRIMARY KEY, body TEXT)")
    ask("DROP TRIGGER IF EXISTS springs")
    ask("DROP TRIGGER IF EXISTS springs_back")
    ask("INSERT OR REPLACE INTO aside SELECT id, body FROM message WHERE run_id = ?", run)
    ask(
        f"CREATE TRIGGER springs AFTER UPDATE OF given ON run_release WHEN NEW.run_id = {run} AND OLD.given IS NULL"
        f" BEGIN UPDATE message SET body = '{_OTHER_TEXT}' WHERE run_id = {run} AND wording_id IS NULL; END"
    )
    ask(
        "CREATE TRIGGER springs_back AFTER INSERT ON log WHEN NEW.kind = 'sent' BEGIN"
        " UPDATE message SET body = (SELECT body FROM aside WHERE aside.id = message.id)"
        " WHERE id IN (SELECT id FROM aside); END"
    )


def _swap_codes(ask: Ask, place: int, other: int) -> None:
    one, two = _run(ask, place), _run(ask, other)
    if one == two:
        return
    codes = dict(ask("SELECT id, code FROM run WHERE id IN (?, ?)", one, two))
    ask("UPDATE run SET code = 'aside-20261201-0000' WHERE id = ?", one)
    ask("UPDATE run SET code = ? WHERE id = ?", codes[one], two)
    ask("UPDATE run SET code = ? WHERE id = ?", codes[two], one)


def _entry(ask: Ask, place: int, column: int) -> str:
    _unguard(ask)
    numbers = _numbers(ask, "log")
    number = numbers[place % len(numbers)]
    ((kind, actor, data, run),) = ask("SELECT kind, actor, data, run FROM log WHERE seq = ?", number)
    other = {"approved": "noted", "returned": "noted", "lapsed": "noted", "paused": "noted"}.get(
        kind, "approved"
    )
    ((digest,),) = ask("SELECT coalesce((SELECT digest FROM run WHERE code = ?), '')", run)
    facts = json.loads(data)
    facts |= {"digest": digest} if "digest" in facts else {}
    facts |= {"quantity": facts["quantity"] + 5} if "quantity" in facts else {}
    changes = (("kind", other), ("actor", "李所长" if actor == AUTHOR else "张三"),
        ("data", json.dumps(facts, ensure_ascii=False)), ("run", ""))  # fmt: skip
    name, value = changes[column % len(changes)]
    ask(f"UPDATE log SET {name} = ? WHERE seq = ?", value, number)
    return f"{kind}.{name}"


def _strike(ask: Ask, place: int) -> None:
    _unguard(ask)
    numbers = _numbers(ask, "log")
    ask("DELETE FROM log WHERE seq = ?", numbers[place % len(numbers)])


def _cut(ask: Ask, count: int) -> None:
    _unguard(ask)
    numbers = _numbers(ask, "log")
    kept = numbers[: -(1 + count % 4)]
    if kept:
        ask("DELETE FROM log WHERE seq > ?", kept[-1])
        ((head,),) = ask("SELECT hash FROM log WHERE seq = ?", kept[-1])
        ask("UPDATE setting SET value = ? WHERE name = 'log_head'", head)
