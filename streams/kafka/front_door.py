"""The front door: a known port that hands its connections on to a broker whose port nobody could choose."""

import socket
from contextlib import suppress
from threading import Thread

CHUNK = 1 << 16


class FrontDoor:
    """Listens on 127.0.0.1:port and connects whoever comes with `target`, "host:port", until closed.

    Raises OSError when the port cannot be listened on.
    """

    def __init__(self, port: int, target: str) -> None:
        host, _, number = target.rpartition(":")
        self._target = host, int(number)
        self._listener = socket.create_server(("127.0.0.1", port))
        self._open: set[socket.socket] = set()
        Thread(target=self._welcome, name="front-door", daemon=True).start()

    def close(self) -> None:
        """Stops listening and ends all connections."""
        for end in (self._listener, *self._open):
            shut(end)

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._listener.accept()
                with suppress(OSError):
                    broker = socket.create_connection(self._target)
                    self._open |= {guest, broker}
                    for source, sink in ((guest, broker), (broker, guest)):
                        Thread(target=self._carry, args=(source, sink), name="front-door", daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                sink.sendall(data)
        for end in (source, sink):
            shut(end)
        self._open -= {source, sink}


def shut(end: socket.socket) -> None:
    """Ends a connection, so that whoever waits on it wakes up."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
