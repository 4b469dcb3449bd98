"""PostgreSQL: a store on a server, for several machines at once."""

import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from campaigner.errors import StoreError
from campaigner.store.address import may_be_overheard

_LOCK = 0x43414D50
"""The advisory lock of writers; two numbers, so that it meets no lock of another program by chance."""
_TAKE = (
    "SELECT set_config('idle_in_transaction_session_timeout', '300s', true),"
    " pg_advisory_xact_lock{shared}({lock}, 1)"
)
_TURN = f", pg_advisory_xact_lock({_LOCK + 1}, hashtext(:turn))"
_LINE = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
_SESSION = {
    "lock_timeout": "30s",
    "timezone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",
    "cursor_tuple_fraction": "1",
    "work_mem": "64MB",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""What each session asks of the server: a machine that is gone loses its locks within a minute."""
_WORDS = {
    "55P03": "another process has held the store for longer than half a minute; try again",
    "40P01": "two processes waited for each other, and this one gave way; try again",
    "40001": "another process was quicker; try again",
    "53100": "the server's disk is full",
    "53300": "the server has no free connection; raise its max_connections or stop what is not needed",
    "42501": "its user lacks a right; docs/postgresql.md says which it needs",
    "25006": "the server only reads: it is a stand-by; name the one that leads",
}
_WORDS_ZH = {
    "55P03": "另一个进程占用记录库超过半分钟，请重试",
    "40P01": "两个进程互相等待，本进程已让出，请重试",
    "40001": "另一个进程抢先一步，请重试",
    "53100": "服务器磁盘已满，请腾出空间",
    "53300": "服务器没有空闲连接，请调大 max_connections 或停掉不用的程序",
    "42501": "数据库用户缺少权限，所需权限见 docs/postgresql.md",
    "25006": "服务器只读，是备用机，请改写主机的地址",
}
NO_BACKUP = (
    "a store on PostgreSQL is backed up by pg_dump, where its server is looked after; see docs/postgresql.md\n"
    "PostgreSQL 上的记录库请在服务器上用 pg_dump 备份，见 docs/postgresql.md"
)
"""Why no backup is made here."""
_OVERHEARD = (
    "the store would be asked over a network in the clear: name its server in `url` of [store] in config.toml, with"
    " ?sslmode=verify-full (docs/postgresql.md); PGHOST, PGHOSTADDR, PGSERVICE and PGSSLMODE are looked at, too\n"
    "记录库的数据会在网络上明文传输：请在 config.toml 的 [store] 的 url 中写明服务器，并加上"
    " ?sslmode=verify-full（见 docs/postgresql.md）"
)
_GONE = "is the server running, and does the network lead to it?"
_GONE_ZH = "请确认服务器正在运行，网络能连到它"
_LOGIN_ZH = "请核对用户和密码；密码写在 CAMPAIGNER_STORE_PASSWORD、credentials.toml 的 [store] password 或 ~/.pgpass 中"
_LOGIN = (
    "are user and password right? The password is CAMPAIGNER_STORE_PASSWORD, or `password` of [store] in"
    " credentials.toml, or in ~/.pgpass"
)


class Postgresql:
    """A store on a server.

    Args:
        url: `postgresql://USER@HOST:PORT/DATABASE`, without a password.
        password: The password; "" leaves it to libpq, which knows PGPASSWORD and ~/.pgpass.
    """

    name = "PostgreSQL"
    key: bytes | None = None
    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    has_tables = "SELECT count(to_regclass('alembic_version'))"

    def __init__(self, url: str, password: str = "") -> None:
        try:
            import psycopg  # noqa: F401 - whether it is there
        except ImportError:
            raise StoreError(
                "a store on PostgreSQL needs a package more: pip install 'campaigner[postgresql]'\n"
                "使用 PostgreSQL 记录库还要安装软件包：pip install 'campaigner[postgresql]'"
            ) from None
        try:
            given = make_url(url)
            overheard = may_be_overheard(url, _usual())
        except (ArgumentError, ValueError):
            raise StoreError(
                "the store's address is none: postgresql://USER@HOST/DATABASE\n"
                "记录库地址写法不对，应为 postgresql://用户@主机/数据库：请在 config.toml 的 [store] "
                "中改正 url"
            ) from None
        if overheard:
            raise StoreError(_OVERHEARD)
        self._password = password
        self._given = given
        self.engine: Engine = create_engine(
            given.set(drivername="postgresql+psycopg"),
            connect_args={
                **({"password": password} if password else {}),
                "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
                "connect_timeout": 10,
                "application_name": "campaigner",
            },
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            hide_parameters=True,
        )
        weakref.finalize(
            self, self.engine.dispose
        )  # whoever forgets to close leaves no session on the server

    def take_place(self, connection: Connection, *, beside: bool, turn: str = "") -> None:
        """Wait for the writer's place: alone, or beside others of whom each touches only rows of its own.

        The lock is taken by the first statement and each statement sees what was committed before it, so that
        guards read what they then change; the same holds of a turn.
        """
        shared = "_shared" if beside else ""
        take = _TAKE.format(shared=shared, lock=_LOCK)
        if turn:
            connection.execute(text(take + _TURN), {"turn": turn})
        else:
            connection.execute(text(take))

    def fault(self, error: DBAPIError) -> StoreError | None:
        """An error of the server in words; never with a value that was to be kept, nor with the password."""
        cause = error.orig
        state = getattr(cause, "sqlstate", None)
        primary = getattr(getattr(cause, "diag", None), "message_primary", None)
        said = primary or " ".join(str(cause).split())
        if self._password:
            said = said.replace(self._password, "***")
        if state in _WORDS:
            return StoreError(
                f"the store cannot be used: {_WORDS[state]} ({said})\n记录库无法使用：{_WORDS_ZH[state]}"
            )
        if state is None or state.startswith(("08", "57P", "25P")):
            login = "password" in said or "authentication" in said
            return StoreError(
                f"the store cannot be used: {said}; {_LOGIN if login else _GONE}\n"
                f"记录库无法使用：{_LOGIN_ZH if login else _GONE_ZH}"
            )
        return StoreError(
            f"the store refuses it: {said}\n记录库服务器拒绝了这次操作：请运行 campaigner doctor 检查，并告知管理员"
        )

    def back_up(self, path: Path) -> None:
        """A server is backed up where it runs.

        Raises:
            StoreError: Always, with the way out.
        """
        english, chinese = NO_BACKUP.split("\n")
        raise StoreError(f"{path.name} was not made: {english}\n没有生成备份 {path.name}：{chinese}")

    def line(self) -> str:
        """How the connection is encrypted, such as `TLSv1.3`; "" where it is not."""
        with self.engine.connect() as connection:
            version = connection.execute(text(_LINE)).scalar_one_or_none()
        return version or ""

    def size(self) -> int:
        """Bytes of the database."""
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _usual() -> dict[str, str]:
    """What libpq takes where an address is silent: the environment's and its service file's, by libpq's keywords."""
    from psycopg.pq import Conninfo

    return {each.keyword.decode(): (each.val or b"").decode() for each in Conninfo.get_defaults()}


def shown(url: str) -> str:
    """The address of a store for people, without a password whatever somebody wrote."""
    given = make_url(url)
    port = f":{given.port}" if given.port else ""
    host = given.host or given.query.get("host") or "this machine"
    return f"PostgreSQL, database {given.database or ''} at {host}{port}"
