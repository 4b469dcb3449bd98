"""A cluster that is reached by TLS: with the office's certificates it works, without them nothing is sent."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import clusters

_DAY = timedelta(days=1)


@pytest.fixture
def certificates(tmp_path: Path) -> Mapping[str, str]:
    """Dask's settings for an authority of our own, which has signed one certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster of the office")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "all.pem").write_bytes(private + certificate.public_bytes(pem))
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(pem))
    head = "DASK_DISTRIBUTED__COMM__"
    own = {f"{head}TLS__{who}__CERT": str(tmp_path / "all.pem") for who in ("SCHEDULER", "WORKER", "CLIENT")}
    return {**own, f"{head}TLS__CA_FILE": str(tmp_path / "ca.pem"), f"{head}REQUIRE_ENCRYPTION": "True"}


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
