"""The demo's trials and hits once more, slowly and obviously right."""

from collections import Counter
from collections.abc import Sequence

LENGTH = 10


def popular_list(sold: Sequence[str], had: set[str]) -> list[str]:
    """The ten items sold most, of equals the one sold first, without those that were had."""
    ranked = [item_id for item_id, _ in Counter(sold).most_common() if item_id not in had]
    return ranked[:LENGTH]


def moment_of(sales: Sequence[tuple[str, str]], user: str, purchases: int) -> int:
    """How many sales there were, in all, when the user had made so many purchases."""
    own = [place for place, (buyer, _) in enumerate(sales, 1) if buyer == user]
    return own[purchases - 1]


def next_purchase(sales: Sequence[tuple[str, str]], user: str, purchases: int) -> str | None:
    """What the user bought next, None after the last purchase."""
    own = [item_id for buyer, item_id in sales if buyer == user]
    return own[purchases] if purchases < len(own) else None
