"""A cluster that is reached by TLS: with the office's certificates it works, without them nothing is sent."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import clusters
from tests.certificates import self_signed


@pytest.fixture
def certificates(tmp_path: Path) -> Mapping[str, str]:
    """Dask's settings for an authority of our own, which has signed one certificate."""
    own = self_signed()
    (tmp_path / "all.pem").write_bytes(own.key + own.certificate)
    (tmp_path / "ca.pem").write_bytes(own.certificate)
    head = "DASK_DISTRIBUTED__COMM__"
    parts = {
        f"{head}TLS__{who}__CERT": str(tmp_path / "all.pem") for who in ("SCHEDULER", "WORKER", "CLIENT")
    }
    return {**parts, f"{head}TLS__CA_FILE": str(tmp_path / "ca.pem"), f"{head}REQUIRE_ENCRYPTION": "True"}


def told(folder: Path, settings: Mapping[str, str]) -> dict[str, Any]:
    """What the doctor says of the executor."""
    words = [sys.executable, "-m", "campaigner", "-C", str(folder), "doctor", "--reach", "--json"]
    done = subprocess.run(words, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    (found,) = (finding for finding in json.loads(done.stdout)["findings"] if finding["name"] == "executor")
    return dict(found)


def test_with_the_certificates_the_workers_answer(office: Path, certificates: Mapping[str, str]) -> None:
    with clusters.running(1, certificates) as address:
        assert address.startswith("tls://")
        config = office / "config.toml"
        section = f'\n[executor]\nkind = "dask"\nscheduler = "{address}"\n'
        config.write_text(config.read_text("utf-8") + section, "utf-8")
        assert "1 workers of the same version" in told(office, certificates)["found"]
        refused = told(office, {})
        assert (refused["level"], "wants certificates" in refused["found"]) == ("bad", True)
