"""Machine: what this computer must have, be Kafka there or not: programs, folders, disk, memory."""

import importlib.metadata
import os
import platform
import shutil
import tempfile
from pathlib import Path

from models.encoder.loading import missing_modules
from streams.apps.doctor.finding import Finding, some
from streams.settings import Settings

# The transport hooks into private names of the first two, so it is tested with just these.
TESTED = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "confluent-kafka": "2.16.1"}
GIB = 1 << 30
LITTLE_DISK = 4 * GIB
NO_DISK = GIB // 4
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"))
MEMORY = Path("/proc/meminfo")


def programs(settings: Settings) -> Finding:
    """Whether the libraries are those that Penchant is tested with."""
    found = {name: _version(name) for name in TESTED}
    shown = ", ".join(f"{name} {version}" for name, version in found.items())
    python = f"Python {platform.python_version()}"
    wrong = [f"{name}=={TESTED[name]}" for name, version in found.items() if version != TESTED[name]]
    if wrong:
        return Finding("programs", "warn", f"{python}, {shown}", f"install what is tested: {', '.join(wrong)}")
    return Finding("programs", "ok", f"{python}, {shown}")


def encoder_model(settings: Settings) -> Finding:
    """Whether an encoder could start here."""
    missing = missing_modules(settings.encoder.model)
    if missing:
        return Finding(
            "encoder model",
            "warn",
            f"{settings.encoder.model} cannot run here, without {some(missing)}",
            "pip install 'penchant[encoder]', unless the encoder runs elsewhere",
        )
    return Finding("encoder model", "ok", f"{settings.encoder.model} can run here")


def worker_data(settings: Settings) -> Finding:
    """Whether the worker's data folder can be used."""
    return folder("worker.data", settings.worker.data, "--data")


def encoder_data(settings: Settings) -> Finding:
    """Whether the encoder's data folder can be used."""
    return folder("encoder.data", settings.encoder.data, "--data")


def folder(check: str, path: Path, flag: str) -> Finding:
    """Whether a data folder can be written to, or made, and how much room there is. Nothing is left behind."""
    place = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    mend = f"make it a folder that this user can write to, or name another ({flag}, or {check} in the settings)"
    try:
        if not place.is_dir():
            raise NotADirectoryError(f"{place} is no folder")
        with tempfile.TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        return Finding(check, "FAIL", f"{path} cannot be written to ({error.strerror or error})", mend)
    room = f"{path}, {free / GIB:,.1f} GiB free"
    if free < LITTLE_DISK:
        return Finding(check, "FAIL" if free < NO_DISK else "warn", room, "make room, or name a folder on another disk")
    return Finding(check, "ok", room if place == path else f"{room} (it will be made)")


def memory(settings: Settings) -> Finding:
    """Whether there is memory for the users' states that a worker may keep."""
    wanted, there = settings.worker.arena_bytes, available_memory()
    found = (
        f"{there / GIB:,.1f} GiB available; a worker may take {wanted / GIB:,.1f} GiB for users (worker.arena_bytes)"
    )
    if there < wanted:
        return Finding(
            "memory", "warn", found, "lower worker.arena_bytes, or give it more, unless workers run elsewhere"
        )
    return Finding("memory", "ok", found)


def available_memory() -> int:
    """Bytes that a new process could take: what Linux calls available, within the control group's limit."""
    if not MEMORY.exists():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines())
    available = int(lines["MemAvailable"].split()[0]) * 1024
    if all(limit.exists() for limit in LIMITS):
        most, used = (limit.read_text().strip() for limit in LIMITS)
        if most != "max":
            available = min(available, int(most) - int(used))
    return max(0, available)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "is missing"
