"""Whose the callbacks' port is: several processes of one office share one listener, and a stranger's is told from it.

Whoever finds the port taken sends a number that is drawn for this one question, and nothing else. Who listens answers
with a keyed hash over it, over the address and the machine's name; the key is made of the gateway's secrets and the
office's. So what is sent there is of no use to anybody, an answer is good for one question, and one that was fetched
from our own listener at another address does not fit.
"""

import hashlib
import hmac
import re
import secrets
import socket
from collections.abc import Callable, Mapping

from campaigner.delivery.gateway import PortHolder
from campaigner.delivery.kannel.client import NotSentError, Pool
from campaigner.delivery.links.requests import UnansweredError
from campaigner.delivery.reaching import called_at
from campaigner.errors import GatewayError

HERE = "/here"
OFFICE = "office"
"""Name of the secret that is made of the office's own key; without one the gateway's secrets have to do."""
_NONCE = re.compile(r"[0-9a-f]{64}")
_IN_TIME = 2.0
"""Seconds for an answer."""
_OK = 200


class Proof:
    """What only processes of one office can write.

    Args:
        known: The gateway's secrets, with `office` where the office has a key.
        listen: Host and port of the listener, as config.toml has them.
    """

    def __init__(self, known: Mapping[str, str], listen: tuple[str, int]) -> None:
        parts = [known["password"], known.get("reply_token", ""), known.get(OFFICE, "")]
        material = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
        self._key = hashlib.blake2b(material, digest_size=32, person=b"kannel listener").digest()
        self._place = f"{listen[0]} {listen[1]} {socket.gethostname()}"

    def answer(self, nonce: str) -> str:
        """The answer to a question; "" if it is none of ours."""
        if not _NONCE.fullmatch(nonce):
            return ""
        return hmac.digest(self._key, f"{self._place} {nonce}".encode(), "sha256").hex()


async def holder(listen: tuple[str, int], proof: Proof, note: Callable[[str], None]) -> PortHolder:
    """Who listens at an address of this machine.

    Args:
        listen: Host and port.
        proof: What a process of this office answers.
        note: Takes a line for the log.
    """
    host, port = listen
    nonce = secrets.token_hex(32)
    pool = Pool(called_at(host), port, 1, note)
    request = f"GET {HERE}?nonce={nonce} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        connection = await pool.take(waits=())
    except GatewayError:
        return PortHolder.NOBODY
    try:
        said = await connection.ask(request.encode(), _IN_TIME)
    except (NotSentError, UnansweredError):
        return PortHolder.STRANGER
    finally:
        pool.close()
    fits = hmac.compare_digest(said.text.encode(), proof.answer(nonce).encode())
    return PortHolder.OURS if said.status == _OK and fits else PortHolder.STRANGER
