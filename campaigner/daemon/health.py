"""The daemon's small HTTP server, on loopback only: figures for a monitor, and whether it lives and is ready."""

import json
import os
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6, SHUT_RDWR, socket
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST

from campaigner.daemon.watch import LEASE, Watch
from campaigner.delivery.reaching import hold_alone
from campaigner.errors import ConfigError

__all__ = ["LEASE", "HealthServer", "Watch", "serve"]

_JSON = "application/json; charset=utf-8"
_SLOW = 2.0
"""Seconds that a caller may take from its first byte to its last."""
_CALLERS = 16
"""Callers at one time; further ones are turned away at once."""


def serve(watch: Watch, port: int, bind: str = "127.0.0.1") -> "HealthServer | None":
    """A started server, or None where the port is 0: off.

    Raises:
        ConfigError: The address is not of this machine alone, or the port is taken.
    """
    if port == 0:
        return None
    server = HealthServer(watch, bind, port)
    server.start()
    return server


class HealthServer:
    """Answers `/metrics`, `/health/live` and `/health/ready` in threads of its own.

    Args:
        watch: What it tells.
        bind: A loopback address.
        port: Where it listens; 0 takes any that is free.

    Raises:
        ConfigError: The address is not of this machine alone, or the port is taken.
    """

    def __init__(self, watch: Watch, bind: str = "127.0.0.1", port: int = 0) -> None:
        address = _loopback(bind)
        kind = _Server6 if ":" in address else _Server
        try:
            self._server = kind((address, port), watch)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "no such port"
            raise ConfigError(
                f"the health server cannot listen on {address} port {port}: {why}; if another program or daemon has "
                f"the port, give `health_port` of [daemon] another number, or 0 for none"
                f"（端口 {port} 无法使用，可在 [daemon] 中把 health_port 改为别的端口或 0）"
            ) from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back; a caller who has not finished its question is cut off."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.hang_up(older_than=0)
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _loopback(bind: str) -> str:
    """The address, if only this machine can reach it."""
    try:
        address = ip_address("127.0.0.1" if bind == "localhost" else bind)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ConfigError(
            f"the health server listens on a loopback address such as 127.0.0.1 only, not on `{bind}`; "
            "a monitor elsewhere needs a tunnel or a proxy on this machine\n"
            f"健康检查只能在本机地址（如 127.0.0.1）上提供，不能用 {bind}："
            "其他机器上的监控请通过本机的隧道或代理访问"
        )
    return str(address)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    allow_reuse_address = os.name == "posix"
    """So that a restart need not wait; on Windows the same word would let two programs have one port."""

    def __init__(self, address: tuple[str, int], watch: Watch) -> None:
        self.watch = watch
        self._since: dict[socket, float] = {}
        self._guard = threading.Lock()
        super().__init__(address, _Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Whether there is room for one more caller."""
        with self._guard:
            if len(self._since) >= _CALLERS:
                return False
            self._since[request] = time.monotonic()
            return True

    def shutdown_request(self, request: Any) -> None:
        """The caller is done."""
        with self._guard:
            self._since.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called many times a second: nobody holds a thread by sending a byte now and then."""
        self.hang_up(older_than=_SLOW)

    def hang_up(self, older_than: float) -> None:
        """Cut off callers who have been there for longer than some seconds."""
        with self._guard:
            now = time.monotonic()
            slow = [request for request, since in self._since.items() if now - since >= older_than]
        for request in slow:
            with suppress(OSError):
                request.shutdown(SHUT_RDWR)

    def server_bind(self) -> None:
        """Bind without asking the network for our name, which may take long where there is none."""
        hold_alone(self.socket)
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no event."""


class _Server6(_Server):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SLOW
    server_version = "campaigner"
    sys_version = ""

    def do_GET(self) -> None:
        """One of three pages; never more of an error than its type."""
        try:
            status, kind, body = self._page()
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold what must not be seen
            status, kind, body = _json(HTTPStatus.INTERNAL_SERVER_ERROR, error=type(error).__name__)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def _page(self) -> tuple[HTTPStatus, str, bytes]:
        watch = self.server.watch
        if not _our_name(self.headers.get("Host", "localhost")):
            return _json(HTTPStatus.FORBIDDEN, error="asked for by a name that is not this machine's")
        match self.path.partition("?")[0]:
            case "/metrics":
                return HTTPStatus.OK, CONTENT_TYPE_LATEST, watch.figures()
            case "/health/live":
                return _json(HTTPStatus.OK, live=True)
            case "/health/ready":
                reasons = watch.reasons()
                status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
                role = "leader" if watch.leader else "stand-by"
                return _json(status, ready=not reasons, role=role, reasons=reasons)
        return _json(HTTPStatus.NOT_FOUND, error="there are /metrics, /health/live and /health/ready")

    def log_message(self, *args: Any) -> None:
        """Nothing: a monitor asks every few seconds."""


def _our_name(host: str) -> bool:
    """Whether a caller meant this machine; a web page that has its own name lead here did not."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    try:
        return name == "localhost" or ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _json(status: HTTPStatus, **data: Any) -> tuple[HTTPStatus, str, bytes]:
    return status, _JSON, json.dumps(data, ensure_ascii=False).encode() + b"\n"
