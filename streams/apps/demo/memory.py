"""Memory: the peak of a process, where the system tells it."""

from pathlib import Path


def peak_memory(pid: int) -> int | None:
    """The most memory (resident, bytes) that the process has had so far; None where /proc does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
