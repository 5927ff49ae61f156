"""Products of pages: the same whole numbers as multiplying item by item, with and without VNNI."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.catalog.index.pages import encode
from models.catalog.index.products import BIAS, LANES, PAGE_BYTES, Query, lowest_bit, page_scores
from models.compiled import kernel
from schemas.vectors import DIMENSIONS
from tests.models.builders import unit_vectors


def pages_of(codes: np.ndarray) -> np.ndarray:
    """The layout by its definition: byte 64 * g + 4 * i + k is dimension 4 * g + k of item i."""
    pages = np.zeros((len(codes) // LANES, PAGE_BYTES), np.uint8)
    for item, line in enumerate(codes):
        page, lane = divmod(item, LANES)
        for place, value in enumerate(line):
            group, k = divmod(place, 4)
            pages[page, 64 * group + 4 * lane + k] = int(value) + BIAS
    return pages


def check(seed: int) -> None:
    """Raises unless scores and the bits of those above a threshold are what numpy says."""
    chance = np.random.default_rng(seed)
    codes = chance.integers(-127, 128, (3 * LANES, DIMENSIONS)).astype(np.int8)
    codes[0] = 127
    query = chance.integers(-127, 128, DIMENSIONS).astype(np.int8)
    query[:64] = chance.choice([-127, 127], 64)
    scales = chance.random((3, LANES)).astype(np.float32)
    asked = Query(query, np.float32(0.5), np.int32(BIAS * int(query.sum(dtype=np.int64))))
    wanted = (codes.astype(np.int64) @ query.astype(np.int64)).reshape(3, LANES) * scales * np.float32(0.5)
    scores = np.zeros(2 * LANES, np.float32)
    for page in range(3):
        threshold = np.float32(np.median(wanted[page]))
        above = page_scores(pages_of(codes), scales, page, 0, asked, threshold, scores, LANES)
        np.testing.assert_allclose(scores[LANES:], wanted[page], rtol=1e-6)
        assert not scores[:LANES].any()
        assert [bool(above >> lane & 1) for lane in range(LANES)] == (scores[LANES:] > threshold).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_a_page_are_those_of_its_items(seed: int) -> None:
    check(seed)


def test_a_machine_without_vnni_finds_the_same(tmp_path: Path) -> None:
    program = f"from {__name__} import check; check(1); print('done')"
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[4])} | plain
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "done"), json.dumps(done.stderr[-2000:])


def test_codes_are_as_near_to_a_vector_as_one_byte_allows() -> None:
    vectors = unit_vectors(LANES)
    page = np.zeros(PAGE_BYTES, np.uint8)
    units = np.array([encode(vector, page, lane) for lane, vector in enumerate(vectors)], np.float32)
    values = page.reshape(DIMENSIONS // 4, LANES, 4).transpose(1, 0, 2).reshape(LANES, DIMENSIONS)
    np.testing.assert_allclose(units, np.abs(vectors).max(axis=1) / 127, rtol=1e-6)
    assert (np.abs((values.astype(np.float32) - BIAS) * units[:, None] - vectors) <= 0.5001 * units[:, None]).all()
    assert encode(np.zeros(DIMENSIONS, np.float32), page, 0) == 0.0


def test_the_lowest_bit_is_found() -> None:
    assert [_lowest(bits) for bits in (1, 2, 12, 1 << 15)] == [0, 1, 2, 15]


@kernel
def _lowest(bits: int) -> int:
    return lowest_bit(bits)
