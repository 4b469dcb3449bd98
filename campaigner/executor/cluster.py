"""Workers of a Dask cluster that somebody runs: its scheduler hands out anew what a worker had that died.

The only door of Dask. The extra `dask` brings it.
"""

import logging
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn, cast

from campaigner import __version__
from campaigner.errors import ExecutorError
from campaigner.executor.crew import Crew, LostError, Pending
from campaigner.executor.task import Sealed, worked

_REACHED, _EMPTY = 10, 60
"""Seconds until a scheduler has answered, and how long a cluster may be without any worker."""
_LOOK = 5
"""Seconds between two looks whether anybody still works."""


class Cluster(Crew):
    """A Dask cluster, asked for with the first two parts.

    Args:
        scheduler: Its scheduler's address, such as `tls://cluster.example:8786`.
    """

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler
        self._client: Any = None

    def begin(self, function: Sealed, part: Sealed) -> Pending:
        """Hand out a part."""
        return cast("Pending", self._reached().submit(worked, function, part, pure=False))

    def wait(self, pending: Pending) -> Sealed:
        """The result of a part.

        Raises:
            ExecutorError: Every worker that had it died, or there are none any more.
        """
        from distributed.scheduler import KilledWorker

        empty_since: float | None = None
        while True:
            try:
                return cast("Sealed", cast("Any", pending).result(timeout=_LOOK))
            except TimeoutError:
                empty_since = None if self._threads() else empty_since or time.monotonic()
                if empty_since is not None and time.monotonic() - empty_since > _EMPTY:
                    raise ExecutorError(
                        self._about("has had no worker for a minute", "一分钟内没有可用的工作进程")
                    ) from None
            except KilledWorker:
                raise ExecutorError(
                    self._about(
                        "lost each worker that had the same part; is there memory enough for them?",
                        "处理同一部分的工作进程先后中断，请检查内存是否够用",
                    )
                ) from None
            except (CancelledError, OSError) as error:
                self.close()
                raise LostError(
                    f"the cluster at {self._scheduler} broke off: {type(error).__name__}"
                ) from None

    def forget(self, pending: Pending) -> None:
        """A result is not wanted any more; of a cluster that is gone nobody wants one."""
        with suppress(CancelledError, RuntimeError, OSError):
            pending.cancel()

    def hands(self) -> int:
        """One for each thread of its workers."""
        return max(1, self._threads())

    def close(self) -> None:
        """Take leave of the cluster; its workers go on for others."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def versions(self) -> dict[str, str]:
        """Worker -> its version of campaigner."""
        found = self._reached().run(_version)
        return dict(found)

    def _threads(self) -> int:
        return sum(self._reached().nthreads().values())

    def _reached(self) -> Any:
        """The cluster, asked for once."""
        if self._client is None:
            try:
                self._client = self._opened()
            except TypeError:
                # What it says of an address with TLS, and no certificates.
                self._refuse("wants certificates; see docs/executors.md", "要求证书，见 docs/executors.md")
            except (OSError, RuntimeError, ValueError):
                self._refuse("cannot be reached", "连接不上")
            try:
                self._client.wait_for_workers(1, timeout=_EMPTY)
            except (OSError, RuntimeError):
                self._refuse("has no workers", "没有工作进程")
            self._alike()
        return self._client

    def _opened(self) -> Any:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            raise ExecutorError(
                "the executor dask needs another package: pip install 'campaigner[dask]'\n"
                "使用 dask 执行方式还要安装软件包：pip install 'campaigner[dask]'"
            ) from None
        # What breaks is told by whoever waits for it; the library would tell it by pages of its own code.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        return distributed.Client(self._scheduler, timeout=_REACHED, set_as_default=False, name="campaigner")

    def _alike(self) -> None:
        """Another version might write another text: then the result would depend on who wrote it."""
        try:
            others = sorted({found for found in self.versions().values() if found != __version__})
        except ImportError:
            self._refuse("has workers without campaigner", "的工作进程没有安装 campaigner")
        if others:
            self._refuse(
                f"has campaigner {', '.join(others)}, here is {__version__}; they must be the same",
                f"的 campaigner 版本是 {'、'.join(others)}，本机是 {__version__}，版本必须相同",
            )

    def _refuse(self, why: str, why_zh: str) -> NoReturn:
        self.close()
        raise ExecutorError(self._about(why, why_zh)) from None

    def _about(self, what: str, what_zh: str) -> str:
        return (
            f'the cluster at {self._scheduler} {what}; `kind = "local"` of [executor] does without it\n'
            f'集群 {self._scheduler} {what_zh}；不用集群请把 [executor] 设为 kind = "local"'
        )


def _version() -> str:
    """In a worker: its version."""
    return __version__
