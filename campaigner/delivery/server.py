"""An SFTP server: known by its key, spoken to with time limits, every failure told with the way out."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

from campaigner.errors import GatewayError
from campaigner.exports.signing import refuse_open

_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Login:
    """Where a server is, how it is known, and who we are there.

    Args:
        host: Name or address.
        port: TCP port.
        username: Our name.
        host_key: `SHA256:...`, one public key, or the lines of a known_hosts file.
        timeout: Seconds that connecting, and each step after it, may take.
        password: If we have one.
        key_file: File of our private key, if we have one.
        passphrase: Of the private key.
    """

    host: str
    port: int
    username: str
    host_key: str
    timeout: int
    password: str | None = field(default=None, repr=False)
    key_file: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    def place(self, directory: str) -> str:
        """The folder on the server, in one word."""
        return f"{self.username}@{self.host}:{self.port}/{directory}"


class _Client(asyncssh.SSHClient):
    """Knows the server by its fingerprint; without one it knows nobody, and the known keys decide."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        return bool(self._fingerprint) and key.get_fingerprint("sha256") == self._fingerprint


class Server:
    """An open folder on the server.

    Args:
        login: How to get there.
        directory: Folder for our files; it must exist.
    """

    def __init__(self, login: Login, directory: str) -> None:
        self._login = login
        self._directory = directory.rstrip("/") or "/"
        self._connection: asyncssh.SSHClientConnection
        self._sftp: asyncssh.SFTPClient

    async def __aenter__(self) -> Self:
        """Connect, log in, and see that the folder is there."""
        with self._told("logging in"):
            options = self._options()
            self._connection = await asyncio.wait_for(asyncssh.connect(**options), self._login.timeout)
        try:
            await self._open()
        except BaseException:
            self._connection.abort()
            raise
        return self

    async def _open(self) -> None:
        with self._told("opening the folder"):
            self._sftp = await self._limited(self._connection.start_sftp_client())
            there = await self._limited(self._sftp.isdir(self._directory))
        if not there:
            raise GatewayError(
                f"{self._where()} has no folder `{self._directory}`; have it made, or mend `directory`\n"
                f"{self._where()} 上没有文件夹 {self._directory}：请让对方建立，或改正 directory"
            )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._connection.close()
        try:
            await self._limited(self._connection.wait_closed())
        except (OSError, asyncssh.Error, TimeoutError):
            self._connection.abort()

    async def holds(self, name: str, size: int, sha256: str) -> bool:
        """Whether the file is there, complete; another one of that name is nothing that may be overwritten."""
        with self._told(f"looking for {name}"):
            path = self._path(name)
            if not await self._limited(self._sftp.exists(path)):
                return False
            found = await self._limited(self._sftp.stat(path))
            if found.size == size and await self._sha256(path, size) == sha256:
                return True
        raise GatewayError(
            f"{self._where()} has another file called {name}; it was left alone: ask the carrier, then take it away\n"
            f"{self._where()} 上已有另一个名为 {name} 的文件，未作改动：请先向运营商问清楚，再把它移走"
        )

    async def has_part(self, name: str) -> bool:
        """Whether an upload of the file is there that is not shown yet."""
        with self._told(f"looking for {name}.part"):
            return bool(await self._limited(self._sftp.exists(self._path(f"{name}.part"))))

    async def upload(self, local: Path, name: str, sha256: str) -> None:
        """Upload a file out of sight; what an earlier attempt left is continued where it is right, else replaced."""
        part = self._path(f"{name}.part")
        with self._told(f"uploading {name}"):
            done = await self._common(local, part)
            async with self._sftp.open(part, "r+b" if done else "wb") as remote:
                with local.open("rb") as file:
                    file.seek(done)
                    while piece := file.read(_PIECE):
                        await self._limited(remote.write(piece, done))
                        done += len(piece)
                await self._limited(remote.truncate(done))
            if await self._sha256(part, done) != sha256:
                raise GatewayError(
                    f"{name} did not arrive at {self._where()} as it was sent; try again\n"
                    f"文件 {name} 传到 {self._where()} 后与原文件不一致：请重试"
                )

    async def _common(self, local: Path, part: str) -> int:
        """How many bytes at the start of a partial upload are those of our file."""
        if not await self._limited(self._sftp.exists(part)):
            return 0
        done = 0
        async with self._sftp.open(part, "rb") as remote:
            with local.open("rb") as file:
                while piece := file.read(_PIECE):
                    if await self._limited(remote.read(len(piece), done)) != piece:
                        break
                    done += len(piece)
        return done

    async def show(self, name: str) -> None:
        """Give an upload its own name."""
        with self._told(f"renaming {name}.part"):
            await self._limited(self._sftp.posix_rename(self._path(f"{name}.part"), self._path(name)))

    async def vouch(self, name: str, sha256: str) -> None:
        """Write the checksum, which says that the file is there for good; in the form of `sha256sum`."""
        with self._told(f"writing {name}.sha256"):
            path = self._path(f"{name}.sha256")
            async with self._sftp.open(f"{path}.part", "wb") as remote:
                await self._limited(remote.write(f"{sha256}  {name}\n".encode()))
            await self._limited(self._sftp.posix_rename(f"{path}.part", path))

    async def _sha256(self, path: str, size: int) -> str:
        """The hash of a file that is to have so many bytes; "" if it has more, or fewer: then no more of it is read.

        A server may say what it likes of a size, and go on for ever.
        """
        digest, done = hashlib.sha256(), 0
        async with self._sftp.open(path, "rb") as remote:
            while done <= size:
                wanted = min(_PIECE, size + 1 - done)
                piece = await self._limited(remote.read(wanted, done))
                if not piece or len(piece) > wanted:
                    break
                digest.update(piece)
                done += len(piece)
        return digest.hexdigest() if done == size else ""

    def _path(self, name: str) -> str:
        return f"{self._directory.rstrip('/')}/{name}"

    def _where(self) -> str:
        return f"{self._login.host}:{self._login.port}"

    async def _limited(self, step: Any) -> Any:
        return await asyncio.wait_for(step, self._login.timeout)

    def _options(self) -> dict[str, Any]:
        login = self._login
        fingerprint = login.host_key if login.host_key.startswith("SHA256:") else ""
        known: Any = ([], [], [])
        if not fingerprint:
            line = login.host_key.splitlines()[0] if login.host_key else ""
            bare = line.startswith(("ssh-", "ecdsa-", "sk-"))
            known = asyncssh.import_known_hosts(f"* {line}\n" if bare else login.host_key)
        return {
            "host": login.host, "port": login.port, "username": login.username, "known_hosts": known,
            "client_factory": lambda: _Client(fingerprint), "config": None, "agent_path": None,
            "client_keys": self._keys(), "password": login.password, "x509_trusted_certs": None,
            "connect_timeout": login.timeout, "login_timeout": login.timeout, "keepalive_interval": login.timeout,
        }  # fmt: skip

    def _keys(self) -> list[asyncssh.SSHKey] | None:
        """Our private key, if there is one; never those that lie about in somebody's home."""
        if not self._login.key_file:
            return None
        path = Path(self._login.key_file)
        try:
            refuse_open(path, GatewayError)
            return [asyncssh.read_private_key(path, self._login.passphrase)]
        except OSError as error:
            raise GatewayError(
                f"the private key {path.name} cannot be read: {error.strerror}\n"
                f"无法读取私钥 {path.name}（{error.strerror}）：请检查文件和读取权限"
            ) from None
        except asyncssh.KeyImportError:
            raise GatewayError(
                f"{path.name} is no private key, or its passphrase is wrong or missing\n"
                f"{path.name} 不是私钥，或者私钥口令缺少、不对：请检查"
            ) from None

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Every failure as one line: what was being done, what happened, what to do."""
        try:
            yield
        except GatewayError:
            raise
        except asyncssh.HostKeyNotVerifiable:
            why = (
                "it shows a key that is not the one in `host_key`; ask the carrier for its fingerprint first"
            )
            why_zh = "对方出示的密钥与 host_key 不同，请先向运营商核对指纹"
        except asyncssh.PermissionDenied:
            why = "it refuses the login; check `username` and the password or key"
            why_zh = "对方拒绝登录，请核对 username 和密码或私钥"
        except TimeoutError:
            why = f"no answer within {self._login.timeout} seconds; run the command again, it goes on from there"
            why_zh = f"{self._login.timeout} 秒内没有应答，请重新执行同一条命令，会从中断处继续"
        except asyncssh.SFTPNoSpaceOnFilesystem:
            why = "its disk is full; tell the carrier, then run the command again"
            why_zh = "对方磁盘已满，请告知运营商，然后重新执行同一条命令"
        except asyncssh.SFTPPermissionDenied:
            why = "it does not allow that; ask the carrier for the right to write, read and rename in the folder"
            why_zh = "对方不允许这样操作，请向运营商申请该文件夹的写入、读取和改名权限"
        except (asyncssh.KeyImportError, ValueError):
            why = "`host_key` holds no key; give SHA256:..., a public key, or a known_hosts file"
            why_zh = "host_key 不是密钥，请写 SHA256:……、公钥，或 known_hosts 文件"
        except (asyncssh.Error, OSError) as error:
            why = f"{type(error).__name__}; run the command again, it goes on from there"
            why_zh = "传输中断，请重新执行同一条命令，会从中断处继续"
        else:
            return
        raise GatewayError(
            f"SFTP {self._where()}, {doing}: {why}\nSFTP 服务器 {self._where()}：{why_zh}"
        ) from None
