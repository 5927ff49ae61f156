"""What models.compiled takes for granted in numba, under private names."""

import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest

import models.compiled
from models.compiled import SHARED
from models.interests.kernels.slots import cosine

CALLEE = """
from models.compiled import kernel

@kernel
def shared(x: float) -> float:
    return x + {}
"""
CALLER = """
from models.compiled import kernel
from models.interests.kernels.callee import shared

@kernel
def caller(x: float) -> float:
    return 2.0 * shared(x)

print(caller(1.0), sum(caller.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small project with models.compiled, a kernel of a file that is shared, and one elsewhere that calls it."""
    for name in SHARED:
        place = tmp_path / name
        (place.parent if place.suffix else place).mkdir(parents=True, exist_ok=True)
        if place.suffix:
            place.touch()
    copy(models.compiled.__file__, tmp_path / "models/compiled.py")
    (tmp_path / "models/interests/kernels/callee.py").write_text(CALLEE.format("1.0"))
    (tmp_path / "models/caller.py").write_text(CALLER)
    return tmp_path


def answer(package: Path) -> list[float]:
    """What the caller gives in a new process, and how often it was compiled before."""
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, '.'); import models.caller"]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, timeout=120, check=True)
    return [float(number) for number in done.stdout.split()]


def test_a_kernel_is_compiled_anew_when_one_that_it_calls_in_another_file_has_changed(package):
    assert answer(package) == [4.0, 0]
    assert answer(package) == [4.0, 1]
    (package / "models/interests/kernels/callee.py").write_text(CALLEE.format("10.0"))
    assert answer(package) == [22.0, 0]


def test_numba_looks_at_the_stamp_that_is_put_beside_its_own():
    own, shared = cosine._cache._cache_file._source_stamp
    assert own == cosine._cache._impl.locator.get_source_stamp()
    assert shared == models.compiled._stamp()
