"""The gateway that takes its files to a carrier's SFTP server: complete or not at all, and never twice."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from campaigner.delivery.drops import Dropped, Journal
from campaigner.delivery.files import FilesGateway
from campaigner.delivery.gateway import Fault, Setting
from campaigner.delivery.profiles import DEFAULT, FORMATS
from campaigner.delivery.server import Login, Server
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.remote import is_loopback
from campaigner.errors import GatewayError
from campaigner.exports.layout import MANIFEST, SIGNATURE, drop_journal
from campaigner.exports.parcel import file_sha256, manifest_of

_KEY_STARTS = ("ssh-", "ecdsa-", "sk-")


@dataclass(frozen=True, slots=True)
class _Drop:
    """A file to be taken to the server: where it lies, its name there, its SHA-256."""

    path: Path
    name: str
    sha256: str


class SftpGateway(FilesGateway):
    """Writes each batch in one format and takes it to the server once the run's folder is whole."""

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("profile", str, DEFAULT),
        Setting("format", str, "csv", choices=FORMATS),
        Setting("rows_per_file", int, 50_000, most=1_048_575),
        Setting("host", str, "", required=True),
        Setting("port", int, 22, most=65_535),
        Setting("username", str, "", required=True),
        Setting("host_key", str, "", required=True),
        Setting("directory", str, "."),
        Setting("manifest", bool, default=False),
        Setting("timeout", int, 30, most=3600),
        Setting("rehearsal", bool, default=False),
    )
    secrets: ClassVar[tuple[str, ...]] = ("password", "key_file", "passphrase")

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml and its secrets from elsewhere."""
        options = plan.options
        formats = {"formats": (options["format"],)}
        super().__init__(
            GatewayPlan(
                plan.name, plan.kind, plan.signature, plan.suffix, plan.price_milli, {**options, **formats}
            ),
            secrets,
        )
        self.real = not (options["rehearsal"] and is_loopback(options["host"]))
        self._directory: str = options["directory"]
        self._with_manifest: bool = options["manifest"]
        self._login = Login(
            options["host"], options["port"], options["username"], options["host_key"], options["timeout"],
            secrets.get("password"), secrets.get("key_file"), secrets.get("passphrase"),
        )  # fmt: skip

    @classmethod
    def prepare(cls, options: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[Fault]]:
        """The profile and the server's key in place of the names of their files."""
        prepared, faults = super().prepare({**options, "formats": (options["format"],)}, folder)
        faults = [Fault("format", f.message, f.message_zh) if f.key == "formats" else f for f in faults]
        key = options["host_key"]
        if key and not key.startswith(("SHA256:", *_KEY_STARTS)):
            try:
                key = (folder / key).read_text("utf-8").strip()
            except (OSError, ValueError):
                said = "is neither SHA256:... nor a public key nor a file that can be read"
                faults.append(Fault("host_key", said, "应为 SHA256:… 指纹、公钥，或可读取的公钥文件"))
        if options["rehearsal"] and not is_loopback(options["host"]):
            said = "is for a server on this machine only (127.0.0.1)"
            faults.append(Fault("rehearsal", said, "演练只能用本机上的服务器（127.0.0.1）"))
        del prepared["formats"]
        return {**prepared, "host_key": key}, faults

    def deposit(self, folder: Path) -> None:
        """Take the batches of an exported folder to the server; called again, it finishes what is missing.

        Each file goes to `NAME.part`, is renamed, and then gets `NAME.sha256`. A journal beside the folder remembers
        what is there, so that a file which the carrier has taken away is not put there a second time.

        Raises:
            GatewayError: It is not all there yet; the next call goes on from there.
        """
        drops = self._drops(folder)
        journal = Journal(drop_journal(folder), self._login.place(self._directory))
        if waiting := [drop for drop in drops if journal.state(drop.name, drop.sha256) is not Dropped.DONE]:
            asyncio.run(self._take(waiting, journal))

    def _drops(self, folder: Path) -> list[_Drop]:
        """The files of all batches in order, and what vouches for them; each is as the manifest has it."""
        manifest = manifest_of(folder)
        paths = [path for batch in manifest.get("batches", []) for path in batch["files"]]
        drops = [_Drop(folder / path, Path(path).name, manifest["files"][path]["sha256"]) for path in paths]
        if self._with_manifest:
            drops += [
                _Drop(folder / name, f"{folder.name}.{name}", file_sha256(folder / name))
                for name in (MANIFEST, SIGNATURE)
                if (folder / name).is_file()
            ]
        for drop in drops:
            if not drop.path.is_file() or file_sha256(drop.path) != drop.sha256:
                raise GatewayError(
                    f"{drop.name} is not as it was exported; run `campaigner export` again\n"
                    f"{drop.name} 与导出时不同：请重新运行 campaigner export"
                )
        return drops

    async def _take(self, drops: list[_Drop], journal: Journal) -> None:
        async with Server(self._login, self._directory) as server:
            for drop in drops:
                await self._take_one(server, drop, journal)

    async def _take_one(self, server: Server, drop: _Drop, journal: Journal) -> None:
        state = journal.state(drop.name, drop.sha256)
        if await server.holds(drop.name, drop.path.stat().st_size, drop.sha256):
            pass
        elif state is Dropped.RENAMING and not await server.has_part(drop.name):
            # It was renamed, and the carrier has taken it away since.
            journal.note(drop.name, drop.sha256, Dropped.DONE)
            return
        else:
            await server.upload(drop.path, drop.name, drop.sha256)
            journal.note(drop.name, drop.sha256, Dropped.RENAMING)
            await server.show(drop.name)
        await server.vouch(drop.name, drop.sha256)
        journal.note(drop.name, drop.sha256, Dropped.DONE)
