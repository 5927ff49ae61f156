"""The curve of capture thresholds is drawn as a picture."""

from pathlib import Path

from models.evaluation.planted.capture import Point
from tests.bench.curve import draw


def test_the_curve_is_a_picture_that_shows_its_points(tmp_path: Path) -> None:
    one, other = tmp_path / "one.png", tmp_path / "other.png"
    draw([Point(1.0, 0.9, 0.1), Point(2.0, 0.8, 0.2)], 1.0, one)
    draw([Point(1.0, 0.9, 0.2), Point(2.0, 0.8, 0.1)], 1.0, other)
    assert one.read_bytes().startswith(b"\x89PNG") and one.read_bytes() != other.read_bytes()
