"""The gateway to one modem in the office: rows in the SQLite outbox of gammu-smsd, which sends them by itself."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path
from typing import ClassVar

from campaigner.delivery.gateway import Outgoing, Setting
from campaigner.delivery.links.acknowledging import is_kept
from campaigner.delivery.live import Answer, Answered, Ear, Receipt, Received, Reply
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.phone import parse_phone
from campaigner.domain.sms import split
from campaigner.errors import GatewayError

_OURS = "campaigner:"
_DUMMY = "999999999999999"
"""The IMEI of gammu's dummy device, which reaches nobody."""
_FAILED = frozenset({"SendingError", "DeliveryFailed", "Error"})
_WRITE = "BEGIN IMMEDIATE"
_MOST_REPLIES = 1_000
"""Replies that are taken at once."""
_LOCK_WAIT = 5.0
"""Seconds to wait while gammu-smsd has the database locked."""


class GammuGateway:
    """Puts messages into the outbox of a gammu-smsd on this machine, a few ahead of what it has sent.

    A row is there or it is not, and a row that is already there is not written again: nothing is ever unknown.
    """

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("database", str, "", required=True),
        Setting("ahead", int, 20, most=1000),
        Setting("report", bool, default=True),
        Setting("pull_seconds", int, 5, most=3600),
        Setting("patience", int, 600),
        Setting("rehearsal", bool, default=False),
    )
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, plan: GatewayPlan, _secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: The database is not named by its whole path.
        """
        self._name = plan.name
        self._modem = _Modem(Path(plan.options["database"]), report=plan.options["report"])
        self._pace = _Pace(plan.options["ahead"], plan.options["pull_seconds"], plan.options["patience"])
        self.real = not plan.options["rehearsal"]
        if not self._modem.database.is_absolute():
            raise GatewayError(
                f"gateway {plan.name}: give the whole path of gammu-smsd's `database`\n"
                f"出口 {plan.name}：请写明 gammu-smsd 数据库 database 的完整路径"
            )

    def __repr__(self) -> str:
        return f"GammuGateway({self._name!r})"

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch may hold; one modem sends a few hundred an hour."""
        return 1000

    def link(self, ear: Ear) -> "GammuLink":
        """A link, not yet open."""
        return GammuLink(self._modem, self._pace, ear, real=self.real)


@dataclass(frozen=True, slots=True)
class _Pace:
    ahead: int
    pull: int
    patience: int


class _Modem:
    """The database of gammu-smsd, short transactions only: it must be able to write, too."""

    def __init__(self, database: Path, *, report: bool) -> None:
        self.database = database
        self._report = "yes" if report else "default"

    @contextmanager
    def _open(self, begin: str = "BEGIN") -> Iterator[sqlite3.Connection]:
        uri = f"{self.database.as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, timeout=_LOCK_WAIT, uri=True, isolation_level=None)) as connection:
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def devices(self) -> list[str]:
        """IMEIs of the devices that gammu-smsd has used with this database."""
        with self._open() as connection:
            return [imei for (imei,) in connection.execute("SELECT IMEI FROM phones")]

    def put(self, messages: Sequence[Outgoing], ahead: int) -> int:
        """Write as many messages as the outbox has room for; how many of them are in its care now."""
        with self._open(_WRITE) as connection:
            (waiting,) = connection.execute(
                "SELECT count(*) FROM outbox WHERE CreatorID LIKE ? || '%'", (_OURS,)
            ).fetchone()
            taken = messages[: max(ahead - waiting, 0)]
            for message in taken:
                self._put(connection, message)
            return len(taken)

    def _put(self, connection: sqlite3.Connection, message: Outgoing) -> None:
        creator = _creator(message)
        known = (
            "SELECT 1 FROM outbox WHERE CreatorID = ?1 UNION ALL SELECT 1 FROM sentitems WHERE CreatorID = ?1"
        )
        if connection.execute(known, (creator,)).fetchone():
            return
        pieces = split(message.text)
        headers = [f"050003{message.id % 256:02X}{len(pieces):02X}{n:02X}" for n in range(1, len(pieces) + 1)]
        joined = len(pieces) > 1
        row = connection.execute(
            "INSERT INTO outbox (DestinationNumber, TextDecoded, CreatorID, Coding, SenderID, DeliveryReport, "
            "MultiPart, UDH) VALUES (?, ?, ?, 'Unicode_No_Compression', '', ?, ?, ?)",
            (
                str(message.phone),
                pieces[0],
                creator,
                self._report,
                "true" if joined else "false",
                headers[0] if joined else None,
            ),
        )
        connection.executemany(
            "INSERT INTO outbox_multipart (ID, SequencePosition, TextDecoded, UDH, Coding) "
            "VALUES (?, ?, ?, ?, 'Unicode_No_Compression')",
            [(row.lastrowid, n + 1, pieces[n], headers[n]) for n in range(1, len(pieces))],
        )

    def words(self, since: str) -> tuple[list[tuple[int, str]], str]:
        """(our number, states of its parts) of messages that left the outbox and changed since then, and up to when."""
        with self._open() as connection:
            (mark,) = connection.execute(
                "SELECT coalesce(max(UpdatedInDB), ?) FROM sentitems", (since,)
            ).fetchone()
            rows = connection.execute(
                "SELECT CreatorID, group_concat(DISTINCT Status) FROM sentitems WHERE CreatorID IN "
                "(SELECT CreatorID FROM sentitems WHERE CreatorID LIKE ? || '%' AND UpdatedInDB >= ?) "
                "AND CreatorID NOT IN (SELECT CreatorID FROM outbox) GROUP BY CreatorID ORDER BY min(ID)",
                (_OURS, since),
            ).fetchall()
        return [(int(creator.split(":")[1]), states) for creator, states in rows], mark

    def replies(self) -> list[tuple[int, Reply]]:
        """Replies that nobody has taken yet, each with its row's number."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT ID, SenderNumber, RecipientID, TextDecoded FROM inbox WHERE Processed = 'false' "
                "ORDER BY ID LIMIT ?",
                (_MOST_REPLIES,),
            ).fetchall()
        found = [(number, parse_phone(sender), to, text) for number, sender, to, text in rows]
        return [
            (number, Reply(phone if isinstance(phone, int) else 0, to, text))
            for number, phone, to, text in found
        ]

    def taken(self, rows: Sequence[int]) -> None:
        """Mark replies as taken."""
        with self._open(_WRITE) as connection:
            connection.executemany(
                "UPDATE inbox SET Processed = 'true' WHERE ID = ?", [(row,) for row in rows]
            )


class GammuLink:
    """An open way to the modem."""

    def __init__(self, modem: _Modem, pace: _Pace, ear: Ear, *, real: bool) -> None:
        self._modem = modem
        self._pace = pace
        self._ear = ear
        self._real = real
        self._turn = asyncio.Lock()
        self._closing = asyncio.Event()
        self._puller: asyncio.Task[None] | None = None
        self._since = ""
        self._told: dict[int, str] = {}

    async def open(self) -> None:
        """See that the database is there.

        Raises:
            GatewayError: It is not, or is no rehearsal's.
        """
        try:
            devices = await asyncio.to_thread(self._modem.devices)
        except sqlite3.Error:
            raise GatewayError(
                "the database of gammu-smsd cannot be used; see to its path, its rights, and that its tables are made\n"
                "gammu-smsd 的数据库无法使用：请检查路径、读写权限，以及数据表是否已经建立"
            ) from None
        if not self._real and set(devices) != {_DUMMY}:
            raise GatewayError(
                "a rehearsal needs a gammu-smsd that has only ever run with the dummy device\n"
                "演练（rehearsal）只能使用一直用 dummy 模拟设备运行的 gammu-smsd，请改用这样的数据库"
            )
        self._puller = asyncio.create_task(self._keep_pulling())

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Put a block into the outbox as this gets room; cancelled, what is not in it is unsent."""
        left = deque(block)
        try:
            async with self._turn:
                await self._put(left)
        finally:
            if left:
                self._ear.answers([Answer(message.id, Answered.UNSENT) for message in left])

    async def _put(self, left: deque[Outgoing]) -> None:
        stuck_since: float | None = None
        while left and not self._closing.is_set():
            taken = await self._taken(left)
            now = asyncio.get_running_loop().time()
            if taken:
                stuck_since = None
                continue
            stuck_since = now if stuck_since is None else stuck_since
            if now - stuck_since >= self._pace.patience:
                self._ear.notes("gammu-smsd does not empty its outbox; the rest stays here")
                return
            await asyncio.sleep(min(self._pace.pull, 1) / 2)

    async def _taken(self, left: deque[Outgoing]) -> int:
        """Put what has room, and answer it, even when cancelled meanwhile: it is known whether it is there."""
        some = list(left)[: self._pace.ahead]
        putting = asyncio.ensure_future(asyncio.to_thread(self._modem.put, some, self._pace.ahead))
        try:
            await asyncio.shield(putting)
        except sqlite3.Error:
            return 0
        finally:
            await asyncio.wait({putting})
            count = 0 if putting.exception() else putting.result()
            if count:
                taken = [left.popleft() for _ in range(count)]
                self._ear.answers([Answer(each.id, Answered.ACCEPTED, (_creator(each),)) for each in taken])
        return count

    async def close(self) -> None:
        """Stop putting; hear what has been sent so far."""
        self._closing.set()
        async with self._turn:
            if self._puller:
                await self._puller

    async def _keep_pulling(self) -> None:
        while True:
            closing_now = self._closing.is_set()
            with suppress(sqlite3.Error):
                await self._pull()
            if closing_now:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._pace.pull)

    async def _pull(self) -> None:
        """Tell what is new in sentitems and inbox; what is not kept is looked at again, and stays unprocessed."""
        words, since = await asyncio.to_thread(self._modem.words, self._since)
        receipts = [_receipt(number, states) for number, states in words if self._told.get(number) != states]
        if not receipts or await is_kept(self._ear.receipts(receipts)):
            self._since = since
            self._told.update(words)
        replies = await asyncio.to_thread(self._modem.replies)
        if replies and await is_kept(self._ear.replies([reply for _row, reply in replies])):
            await asyncio.to_thread(self._modem.taken, [row for row, _reply in replies])


def _creator(message: Outgoing) -> str:
    """What names a message in the outbox: our number, and what tells it from that of another working folder."""
    digest = blake2s(f"{message.phone} {message.text}".encode(), digest_size=6).hexdigest()
    return f"{_OURS}{message.id}:{digest}"


def _receipt(number: int, states: str) -> Receipt:
    """Sent by the modem is not yet received; delivered are all parts or none."""
    found = set(states.split(","))
    if found & _FAILED:
        received = Received.FAILED
    else:
        received = Received.DELIVERED if found == {"DeliveryOK"} else Received.UNDERWAY
    return Receipt(received, id=number, cause=" ".join(sorted(found)))
