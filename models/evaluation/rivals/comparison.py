"""Comparison: rivals foretell the same targets as the ranking does."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec

from models.evaluation.comparison import Scored, Trial
from models.evaluation.rivals.cooccurrence import Cooccurrence
from models.evaluation.rivals.popularity import Popularity
from models.evaluation.rivals.recent import Recent
from models.evaluation.rivals.rival import Rival, foretold
from models.evaluation.rivals.text import Text

CLASSICAL: dict[str, Callable[[], Rival]] = {
    "popularity": Popularity,
    "recent": Recent,
    "cooccurrence": Cooccurrence,
    "text": Text,
}
NEURAL = ("gru4rec", "sasrec")
NAMES = (*CLASSICAL, *NEURAL)
Told = Callable[[str, str], None]


class RivalError(Exception):
    """A rival cannot be tried; the message says how to mend it."""


def require_known(names: Sequence[str]) -> None:
    """Raises RivalError when a name is not one of NAMES, or needs torch where it is not installed; takes no time."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise RivalError(f"there is no rival {', '.join(unknown)}: name some of {', '.join(NAMES)}")
    neural = [name for name in names if name in NEURAL]
    if neural and find_spec("torch") is None:
        raise RivalError(f"{', '.join(neural)} cannot be fitted without torch: pip install 'penchant[encoder]'")


def compare(trial: Trial, names: Sequence[str], told: Told = lambda name, line: None) -> Iterator[Scored]:
    """How well each of these rivals foretells, in order, with the settings that are best for it on dev.

    told: called now and then with a rival's name and a line on what it does. Raises: RivalError, as require_known.
    """
    require_known(names)
    for name in names:
        yield trial.scored(name, foretold(_rival(name), trial, partial(told, name)))


def _rival(name: str) -> Rival:
    if name in CLASSICAL:
        return CLASSICAL[name]()
    from models.evaluation.rivals.gru4rec import gru4rec
    from models.evaluation.rivals.sasrec import sasrec

    return gru4rec() if name == "gru4rec" else sasrec()
