"""What models.compiled takes for granted in numba, under private names."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy

import numba
import pytest

import models.compiled
from models.compiled import SHARED
from models.interests.kernels.slots import cosine

ROOT = Path(models.compiled.__file__).parents[1]
NUMBER = r"(int|float|bool|None|np\.u?int(8|16|32|64)|np\.float(32|64))"
NUMBERS = re.compile(rf"{NUMBER}|tuple\[{NUMBER}(, {NUMBER})*\]")
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
PAIR = """
from typing import NamedTuple

class {}(NamedTuple):
    one: float
    other: float
"""
TAKES_A_PAIR = """
from models.compiled import kernel
from models.interests.kernels.callee import {0}

@kernel
def total(pair: {0}) -> float:
    return pair.one + pair.other

print(total({0}(1.0, 2.0)), sum(total.stats.cache_hits.values()))
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


@pytest.mark.parametrize(
    "file",
    sorted({*ROOT.glob("models/**/*.py"), *ROOT.glob("tests/**/*.py")}),
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_a_kernel_that_counts_no_references_returns_numbers_alone(file):
    for function in ast.parse(file.read_text()).body:
        if isinstance(function, ast.FunctionDef) and function.returns is not None:
            marks = {ast.unparse(mark) for mark in function.decorator_list}
            if marks & {"kernel", "fast_kernel"}:
                assert NUMBERS.fullmatch(ast.unparse(function.returns)), function.name


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
    version, own, shared = cosine._cache._cache_file._version
    assert version == numba.__version__
    assert own == cosine._cache._impl.locator.get_source_stamp()
    assert shared == models.compiled._stamp()


def test_what_was_kept_of_a_type_that_is_no_more_is_compiled_anew(package):
    callee, caller = package / "models/interests/kernels/callee.py", package / "models/caller.py"
    callee.write_text(PAIR.format("Pair"))
    caller.write_text(TAKES_A_PAIR.format("Pair"))
    assert answer(package) == [3.0, 0]
    callee.write_text(PAIR.format("Two"))
    caller.write_text(TAKES_A_PAIR.format("Two"))
    assert answer(package) == [3.0, 0]
