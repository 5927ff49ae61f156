"""Curve: the capture threshold against what it is worth and how often behaviors refine, as a picture.

`python -m tests.bench curve FILE.png` simulates users as `penchant evaluate --planted` does.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from models.encoder.loading import load_encoder
from models.encoder.options import EncoderOptions
from models.evaluation.catalogs import TextVectors
from models.evaluation.planted.capture import Point, curve
from models.evaluation.planted.line import Setup
from models.step import StepOptions

NOVELTIES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)


def main(arguments: Sequence[str]) -> None:
    """Measures and draws."""
    parser = argparse.ArgumentParser("python -m tests.bench curve", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--encoder", choices=["minilm", "fake"], default="minilm")
    given = parser.parse_args(arguments)
    options = StepOptions()
    vectors = TextVectors(load_encoder(EncoderOptions(model=given.encoder)))
    draw(curve(Setup(options, vectors), NOVELTIES), options.interests.novelty, given.file)
    print(f"drawn to {given.file}")


def draw(points: Sequence[Point], default: float, file: Path) -> None:
    """NDCG@10 over the share of behaviors that refine, each point with its threshold, the default marked."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([point.update_rate for point in points], [point.ndcg for point in points], color="tab:blue", marker="o")
    for point in points:
        place, own = (point.update_rate, point.ndcg), point.novelty == default
        name = f"{point.novelty:g} (default)" if own else f"{point.novelty:g}"
        axes.annotate(name, place, (4, 6), textcoords="offset points", weight="bold" if own else "normal")
    axes.set_xlabel("share of behaviors that refine an interest instead of starting one")
    axes.set_ylabel("NDCG@10")
    axes.set_ylim(bottom=0.0)
    axes.set_title("Capture threshold, standard deviations above unrelated items")
    figure.savefig(file, dpi=120)
