"""Choosing: from scored candidates to the places of a list, by rules, scores, diversity and exploration.

A list is filled place by place. Pinned items stand first where they are pinned. Every other place goes to the candidate
of the greatest worth that no rule keeps away. Worth is the score with boosts, or with diversity above 0

    (1 - diversity) * score / spread - diversity * (greatest similarity to an item that is on the list)

where spread is how far the score falls from the best candidate to the one at twice the list's length, so that the
setting means the same whatever scores are. Source: maximal marginal relevance, Carbonell and Goldstein 1998.

From the second place on, a place without a pin is given away with the chance `exploration`: to one of the fresh
candidates that may stand there, each as likely. The propensity of what stands at a place is the chance that exactly it
would, given the candidates and all earlier places:

    (1 - exploration) if it has the greatest worth, plus exploration / n if it is one of the n fresh ones

and 1 where nothing is left to chance: the first place, pins, and where no fresh candidate may stand. Over all that may
stand at a place it sums to 1, and the product over a list's places is the chance of the list.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel, making_kernel
from models.ranking.diversity import BLOCK, Queue, Shelf, best_of, compare, line_up, lower, most_worth, new_queue
from models.ranking.exploration import uniform
from models.ranking.rules import NO_RULES, Active

BY_SCORE: Final = 0
PINNED: Final = 1
EXPLORED: Final = 2
EXPLORED_FROM: Final = 1
SPREAD: Final = 2


class Scored(NamedTuple):
    """Candidates of m lists: rows (m, c) int32 of the catalog, -1 for none, no two the same in a list.

    scores (m, c) float32: -inf for what must not be shown to this user. fresh (m, c) bool: what exploration may show.
    keys (m,) uint64: of the lists' chance, as keys_of gives them. Neither is read without exploration.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    fresh: NDArray[np.bool_]
    keys: NDArray[np.uint64]


class Caps(NamedTuple):
    """groups (n, c) uint32 by catalog row: what counts for each cap, 0 for nothing; limits (c,) int32: how many may."""

    groups: NDArray[np.uint32]
    limits: NDArray[np.int32]


class Places(NamedTuple):
    """What stands at each place (m, k). chosen int32: the candidate's column, -1 behind the last item.

    propensities float64: as the module says; ways int8: BY_SCORE, PINNED or EXPLORED.
    """

    chosen: NDArray[np.int32]
    propensities: NDArray[np.float64]
    ways: NDArray[np.int8]


class How(NamedTuple):
    """How places are given away: by what the catalog holds, by rules, by diversity and by exploration."""

    shelf: Shelf
    rules: Active
    diversity: float
    exploration: float


class Room(NamedTuple):
    """Room for one list of k places at a time, from c candidates.

    fresh (c,) bool; pool (c,) int32 of fresh ones; listed (k,) int32; best (2 k,) int32: those between whose scores the
    spread is.
    """

    queue: Queue
    fresh: NDArray[np.bool_]
    pool: NDArray[np.int32]
    listed: NDArray[np.int32]
    best: NDArray[np.int32]


@making_kernel
def new_room(candidates: int, length: int) -> Room:
    """Room for lists of this length out of at most so many candidates each."""
    return Room(
        new_queue(candidates),
        np.empty(candidates, np.bool_),
        np.empty(candidates, np.int32),
        np.empty(length, np.int32),
        np.empty(SPREAD * length, np.int32),
    )


def choose(
    scored: Scored,
    shelf: Shelf,
    length: int,
    rules: Active = NO_RULES,
    diversity: float = 0.0,
    exploration: float = 0.0,
) -> Places:
    """The places of each list; with all left at its default, candidates by score, equal ones in their order.

    A pinned item is shown if it is among the candidates; where items are too few, pins behind the last one move up.

    Args: length: of a list; diversity: 0 to below 1; exploration: 0 to 1.
    """
    shape = (len(scored.rows), length)
    places = Places(np.full(shape, -1, np.int32), np.ones(shape, np.float64), np.zeros(shape, np.int8))
    choose_each(scored, shelf, rules, diversity, exploration, places)
    return places


@making_kernel
def choose_each(
    scored: Scored, shelf: Shelf, rules: Active, diversity: float, exploration: float, places: Places
) -> None:
    """Fills places, of which chosen is -1, propensities 1 and ways 0."""
    rows, length = scored.rows, places.chosen.shape[1]
    room, how = new_room(rows.shape[1], length), How(shelf, rules, diversity, exploration)
    for u in range(rows.shape[0]):
        choose_one(rows[u], scored.scores[u], scored.fresh[u], scored.keys[u], u, how, room, places)


@kernel
def choose_one(
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    all_fresh: NDArray[np.bool_],
    key: np.uint64,
    u: int,
    how: How,
    room: Room,
    places: Places,
) -> None:
    """The same for list u alone, of which these are the candidates and the key."""
    rules, shelf, exploration = how.rules, how.shelf, how.exploration
    chosen, propensities, ways = places.chosen[u], places.propensities[u], places.ways[u]
    ruled = rules.kinds.shape[0] > 0
    moment, pool, listed, size = rules.moments[u] if ruled else 0, room.pool, room.listed, rows.shape[0]
    worth, alone, nearest, compared, leaders = room.queue
    blocks = (size + BLOCK - 1) // BLOCK
    queue = Queue(worth[:size], alone[:size], nearest[:size], compared[:size], leaders[:blocks])
    caps = Caps(rules.groups, rules.limits[moment])
    _weigh(rows, scores, shelf.recommendable, queue.worth)
    if ruled:
        _apply(rows, rules.kinds, rules.excluded[moment], rules.boosts[moment], queue.worth)
    elif how.diversity == 0.0 and exploration == 0.0:
        best_of(queue.worth, chosen)
        return
    line_up(queue, room.best, how.diversity)
    count = _pin(rows, rules.pins[moment], rules.pin_places, caps, queue, chosen, listed) if ruled else 0
    open_ = _fresh(all_fresh, queue.worth, pool) if exploration > 0.0 else 0
    for place in range(chosen.shape[0]):
        if chosen[place] >= 0:
            ways[place] = PINNED
            continue
        best = _best(queue, rows, listed[:count], caps, shelf, how.diversity)
        if best >= 0 and exploration > 0.0 and place >= EXPLORED_FROM:
            open_ = _still(pool[:open_], rows, queue.worth, caps, listed[:count])
            if open_ > 0:
                drawn = _drawn(best, pool[:open_], key, place, exploration)
                propensities[place] = exploration / open_ if all_fresh[drawn] else 0.0
                propensities[place] += 1.0 - exploration if drawn == best else 0.0
                ways[place] = BY_SCORE if drawn == best else EXPLORED
                best = drawn
        if best >= 0:
            chosen[place] = best
            lower(queue, best, -np.inf)
            listed[count] = best
            count += 1
    if ruled:
        _close_up(chosen, propensities, ways)


@kernel
def _weigh(
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    recommendable: NDArray[np.bool_],
    worth: NDArray[np.float64],
) -> None:
    """The scores, and -inf for what may not stand on any list."""
    for i in range(rows.shape[0]):
        worth[i] = scores[i] if rows[i] >= 0 and recommendable[rows[i]] else -np.inf


@kernel
def _apply(
    rows: NDArray[np.int32],
    kinds: NDArray[np.int32],
    excluded: NDArray[np.bool_],
    boosts: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """Adds boosts; -inf for what is excluded, or newer than the rules' look at the catalog."""
    for i in range(rows.shape[0]):
        if worth[i] > -np.inf:
            kind = kinds[rows[i]] if rows[i] < kinds.shape[0] else -1
            worth[i] = -np.inf if kind < 0 or excluded[kind] else worth[i] + boosts[kind]


@kernel
def _pin(
    rows: NDArray[np.int32],
    pins: NDArray[np.int32],
    pin_places: NDArray[np.int32],
    caps: Caps,
    queue: Queue,
    chosen: NDArray[np.int32],
    listed: NDArray[np.int32],
) -> int:
    """Puts pins where they belong, those first in the file first; how many."""
    count = 0
    for p in range(pins.shape[0]):
        place = pin_places[p]
        if pins[p] < 0 or place >= chosen.shape[0] or chosen[place] >= 0:
            continue
        for i in range(rows.shape[0]):
            if rows[i] == pins[p] and queue.worth[i] > -np.inf and not _full(i, rows, caps, listed[:count]):
                chosen[place] = i
                lower(queue, i, -np.inf)
                listed[count] = i
                count += 1
                break
    return count


@kernel
def _full(i: int, rows: NDArray[np.int32], caps: Caps, listed: NDArray[np.int32]) -> bool:
    """Whether the list has already as many as some cap allows beside this candidate."""
    for c in range(caps.limits.shape[0]):
        group = caps.groups[rows[i], c]
        if group != 0 and caps.limits[c] <= listed.shape[0]:
            same = 0
            for k in range(listed.shape[0]):
                same += caps.groups[rows[listed[k]], c] == group
            if same >= caps.limits[c]:
                return True
    return False


@kernel
def _best(
    queue: Queue, rows: NDArray[np.int32], listed: NDArray[np.int32], caps: Caps, shelf: Shelf, diversity: float
) -> int:
    """Who is worth most for the next place, the first of equals; -1 where nobody may stand there.

    Worth only falls as the list grows, so only who seems best is compared with what was listed since it was last; and
    whom a cap keeps away, it keeps away for good.
    """
    while True:
        best = most_worth(queue)
        if best < 0:
            return best
        if _full(best, rows, caps, listed):
            lower(queue, best, -np.inf)
        elif diversity == 0.0 or not compare(queue, best, rows, listed, shelf, diversity):
            return best


@kernel
def _fresh(fresh: NDArray[np.bool_], worth: NDArray[np.float64], pool: NDArray[np.int32]) -> int:
    """Puts the fresh candidates into pool; how many."""
    count = 0
    for i in range(fresh.shape[0]):
        if fresh[i] and worth[i] > -np.inf:
            pool[count] = i
            count += 1
    return count


@kernel
def _still(
    pool: NDArray[np.int32],
    rows: NDArray[np.int32],
    worth: NDArray[np.float64],
    caps: Caps,
    listed: NDArray[np.int32],
) -> int:
    """Keeps in pool, in their order, those that still may stand on the list; how many."""
    count = 0
    for i in pool:
        if worth[i] > -np.inf and not _full(i, rows, caps, listed):
            pool[count] = i
            count += 1
    return count


@kernel
def _drawn(best: int, pool: NDArray[np.int32], key: np.uint64, place: int, exploration: float) -> int:
    """Who stands at a place: the best, or with the chance of exploration one of the pool."""
    if uniform(key, np.uint64(2 * place)) >= exploration:
        return best
    return pool[int(uniform(key, np.uint64(2 * place + 1)) * pool.shape[0])]


@kernel
def _close_up(chosen: NDArray[np.int32], propensities: NDArray[np.float64], ways: NDArray[np.int8]) -> None:
    """Moves up pins that stand behind empty places."""
    filled = 0
    for place in range(chosen.shape[0]):
        if chosen[place] >= 0:
            chosen[filled], propensities[filled] = chosen[place], propensities[place]
            ways[filled] = ways[place]
            filled += 1
    for place in range(filled, chosen.shape[0]):
        chosen[place], propensities[place], ways[place] = -1, 1.0, BY_SCORE
