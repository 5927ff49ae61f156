"""Readiness: what a process of the demo says of itself on its metrics port."""

from http.client import HTTPConnection, HTTPException

PATIENCE = 0.2  # seconds


def says_yes(host: str, port: int, path: str) -> bool:
    """Whether /healthz or /readyz answers with yes, now."""
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
