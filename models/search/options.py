"""Search options: how much a user's interests count beside the text that is searched for."""

from dataclasses import dataclass, field

from models.interests.options import InterestOptions

DEFAULT_WEIGHT = 0.3


@dataclass(frozen=True)
class SearchOptions:
    """How a search is blended with interests.

    weight: of the interests beside the text; 0 is the plain search, but for what is muted. temperature: of the cosine
    between query and interest in attention; the lower it is, the more the interests nearest to the query alone count.
    interests: as the worker has them, for what was turned away and for how near to a muted interest an item belongs
    to it.
    """

    weight: float = DEFAULT_WEIGHT
    temperature: float = 0.2
    interests: InterestOptions = field(default_factory=InterestOptions)

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError("the weight of interests in a search is at least 0")
        if self.temperature <= 0:
            raise ValueError("the temperature of attention in a search is above 0")
