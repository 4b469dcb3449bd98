"""A Dask cluster of separate processes on this machine, as somebody else would run it.

`python -m tests.clusters WORKERS PROTOCOL` runs one until its input ends, and says its scheduler's address.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.conftest import ROOT
from tests.pace import PATIENCE


@contextmanager
def running(workers: int, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Gives the address of the scheduler.

    Args:
        workers: How many, of one thread each.
        settings: Dask's own of certificates, as environment variables; without them it does not encrypt.
    """
    words = [sys.executable, "-m", "tests.clusters", str(workers), "tls" if settings else "tcp"]
    environment = {**os.environ, **(settings or {})}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert "://127.0.0.1:" in address, address
            yield address
        finally:
            process.stdin.close()
            process.wait(timeout=PATIENCE)


def _main(workers: int, protocol: str) -> None:
    from distributed import LocalCluster
    from distributed.security import Security

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol=f"{protocol}://",
        security=Security() if protocol == "tls" else None,
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        sys.stdout.write(cluster.scheduler_address + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2])
