"""Metrics server: /metrics, /healthz and /readyz over HTTP, in a thread of its own."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import make_wsgi_app

from streams.metrics.common import CommonMetrics
from streams.metrics.health import Health

StartResponse = Callable[..., Any]


class MetricsServerError(Exception):
    """The address cannot be listened on; the message says how to mend it."""


class MetricsServer:
    """Serves until closed; port 0 serves nothing.

    setting: what names the port, for the message. Raises MetricsServerError when the address is taken or is not ours.
    """

    def __init__(self, metrics: CommonMetrics, health: Health, host: str, port: int, setting: str) -> None:
        self._metrics, self._health = metrics, health
        self._pages = make_wsgi_app(metrics.registry)
        self._server: _Server | None = None
        if port == 0:
            return
        try:
            self._server = _Server((host, port), _Handler)
        except OSError as error:
            raise MetricsServerError(
                f"{host}:{port} cannot be listened on for metrics ({error.strerror}): stop what does, or choose "
                f"another port ({setting}; 0 serves none) or host (metrics.host)"
            ) from None
        self._server.set_app(self._answer)
        Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def close(self) -> None:
        """Stops serving and lets the port go."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self, environment: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        page = environment.get("PATH_INFO", "")
        if page == "/metrics":
            self._metrics.ready.set(not self._health.unmet())
            return self._pages(environment, start)
        if page == "/healthz":
            reason = self._health.stalled()
            return _plain(start, HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK, reason or "alive")
        if page == "/readyz":
            unmet = self._health.unmet()
            lines = [f"not yet: {what}" for what in unmet] or ["ready"]
            return _plain(start, HTTPStatus.SERVICE_UNAVAILABLE if unmet else HTTPStatus.OK, "\n".join(lines))
        return _plain(start, HTTPStatus.NOT_FOUND, "here are /metrics, /healthz and /readyz")


def _plain(start: StartResponse, status: HTTPStatus, text: str) -> Iterable[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode(), b"\n"]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Binds without asking DNS for this machine's name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: scrapes are not worth a line."""
