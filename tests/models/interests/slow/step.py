"""Step: what one behavior after the other makes of a user, and of what all users share."""

from dataclasses import replace
from math import inf

from schemas.behaviors import TYPE_CODES
from tests.models.interests.slow import attention, feedback
from tests.models.interests.slow.asking import MUTE, UNMUTE, asked
from tests.models.interests.slow.masses import (
    faded,
    in_context,
    left,
    mass_at,
    moved,
    sketch_with,
    strengthened,
    turned_at,
    turned_away,
    with_gap,
)
from tests.models.interests.slow.memory import counted, having, is_known, received, remembered
from tests.models.interests.slow.returns import exposed, touched
from tests.models.interests.slow.slots import begun, merged_if_near, nearest, unmuted, without
from tests.models.interests.slow.trust import rested, trusted
from tests.models.interests.slow.user import Act, Feedback, Item, Learned, User, World, with_interest

State = tuple[User, Learned]
FULL = 255
SPOKEN = {TYPE_CODES["mute"]: MUTE, TYPE_CODES["unmute"]: UNMUTE}


def admitted(state: State, act: Act, world: World) -> State:
    """The state after a behavior arrives; the same when it came before."""
    user, learned = state
    if is_faded(user, max(act.at, user.at), world):
        user = User()
    if is_known(user, act):
        return state
    user = received(user, act)
    return applied((user, learned), act, world) if act.resolved else later((user, learned), act.at, world)


def applied(state: State, act: Act, world: World) -> State:
    """The state after a behavior that was admitted is applied."""
    pause = abs(act.at - state[0].at)
    user, learned = later(state, act.at, world)
    user = counted(user, act, world)
    if act.item and act.code in world.had:
        user = having(user, act.item)
    if act.shown:
        user = replace(user, feedback=feedback.shown(user.feedback or Feedback(), act.shown, act.at, world.rules))
    place = None
    if act.weight != 0.0:
        user, share = trusted(user, act, pause, world.rules)
        user, learned, place = weighed((user, learned), replace(act, weight=act.weight * share), world)
    elif act.vector and act.code in SPOKEN:
        user = asked(user, SPOKEN[act.code], act, world)
    if act.item or place is not None:
        user = remembered(user, act, None if place is None else user.interests[place].id)
    return user, learned


def is_faded(user: User, now: float, world: World) -> bool:
    """Whether nothing of the user is left."""
    rules = world.rules
    here = [interest for interest in user.interests if interest]
    if any(interest.muted for interest in here):
        return False
    whole = left(now - user.at, rules.half_life)
    for mass, half_life in zip(user.type_masses, world.half_lives, strict=True):
        whole += mass * left(now - user.at, half_life)
    return whole + sum(mass_at(one, now) + turned_at(one, now, rules) for one in here) < rules.floor


def later(state: State, at: float, world: World) -> State:
    """The state at the time of a behavior."""
    user, learned = state
    rules = world.rules
    user = rested(user, at, rules)
    if user.at == 0.0:
        return replace(user, at=at), learned
    if at <= user.at:
        return user, learned
    if at - user.at > rules.session_gap:
        learned = exposed(learned, user, at, rules)
        user = without_faded(replace(user, session=frozenset()), at, world)
    masses = zip(user.type_masses, world.half_lives, strict=True)
    masses = tuple(mass * left(at - user.at, half_life) for mass, half_life in masses)
    categories = faded(user.categories, left(at - user.at, rules.half_life))
    return replace(user, at=at, type_masses=masses, categories=categories), learned


def without_faded(user: User, at: float, world: World) -> User:
    """The user without interests of which nothing is left, unless they are muted."""
    for place in user.places:
        interest = user.interests[place]
        whole = mass_at(interest, at) + turned_at(interest, at, world.rules)
        if not interest.muted and whole < world.rules.floor:
            user = without(user, place, None)
    return user


def weighed(state: State, act: Act, world: World) -> tuple[User, Learned, int | None]:
    """The state after a behavior for or against something, and the place of the interest that it was on."""
    user, learned = state
    item = world.items.get(act.item)
    if act.weight > 0.0:
        user = noted_as_wanted(feedback.chosen(user, act, world.items), item, act, world)
        return wanted((user, learned), act, world) if act.vector else (user, learned, None)
    if act.weight < 0.0:
        old, category = user.feedback or Feedback(), item.category if item else 0
        new = feedback.turned_away(old, act.item, category, -act.weight, act.at, world.rules)
        user = replace(user, feedback=new)
        if act.vector:
            user, place = place_of_unwanted(user, act, world)
            interest = turned_away(user.interests[place], act.vector, act, world.rules)
            return with_interest(user, place, interest), learned, place
    return user, learned, None


def noted_as_wanted(user: User, item: Item | None, act: Act, world: World) -> User:
    """The user with the item's category, brand and price band among what is wanted."""
    if item is None:
        return user
    if item.category:
        mass = act.weight * left(user.at - act.at, world.rules.half_life)
        user = replace(user, categories=sketch_with(user.categories, item.category, mass, inf))
    if item.brand or item.price:
        known = user.feedback or Feedback()
        user = replace(user, feedback=feedback.preferred(known, item, act.weight, act.at, world.rules))
    return user


def wanted(state: State, act: Act, world: World) -> tuple[User, Learned, int]:
    """The state after the nearest interest, or a new one, has become stronger, and that one's place."""
    user, learned = state
    rules = world.rules
    before = user.next_interest
    user, place = place_of_wanted(user, act, world)
    if user.next_interest == before and rules.learning_rate > 0.0:
        found = attention.features(user, act.at, act.hour, act.device, rules)
        given = attention.shares(user, found, learned.theta, act.at, rules)
        learned = attention.taught(learned, found, given, place, rules.learning_rate)
    if user.interests[place].id not in user.session:
        user, learned = in_new_session((user, learned), place, act.at, world)
    interest = strengthened(user.interests[place], act.vector, act, rules)
    user = with_interest(user, place, in_context(interest, act.hour, act.device))
    if interest.behaviors.bit_count() == 1:
        user, place = merged_if_near(user, place, rules)
    return user, learned, place


def place_of_wanted(user: User, act: Act, world: World) -> tuple[User, int]:
    """The user and the place of the interest that a wanted vector is captured by, muted ones first, or a new one's."""
    silent = [place for place in user.places if user.interests[place].muted]
    place, near = nearest(user, silent, act.vector)
    if near < world.rules.capture:
        place, near = nearest(user, unmuted(user), act.vector)
    return (user, place) if near >= world.rules.capture else begun(user, act.vector, act.at, world.rules)


def place_of_unwanted(user: User, act: Act, world: World) -> tuple[User, int]:
    """The same of an unwanted one, for which no mute comes first."""
    place, near = nearest(user, user.places, act.vector)
    return (user, place) if near >= world.rules.capture else begun(user, act.vector, act.at, world.rules)


def in_new_session(state: State, place: int, at: float, world: World) -> State:
    """The state after the session touches an interest for the first time."""
    user, learned = state
    interest = user.interests[place]
    if interest.sessions and at - interest.at > world.rules.session_gap:
        learned = touched(learned, interest, at, world.rules)
        interest = with_gap(moved(interest, at, world.rules), at - interest.at, world.rules)
    together = dict(interest.together)
    for other in user.session:
        together[other] = together.get(other, 0) + 1
    interest = replace(interest, sessions=interest.sessions + 1, together=together)
    sessions = user.sessions + (not user.session)
    user = replace(user, sessions=sessions, session=user.session | {interest.id})
    user = with_interest(user, place, interest)
    return (halved(user) if FULL in (sessions, interest.sessions) else user), learned


def halved(user: User) -> User:
    """The user with half of all counts of sessions."""
    user = replace(user, sessions=user.sessions // 2)
    for place in user.places:
        interest = user.interests[place]
        together = {other: count // 2 for other, count in interest.together.items()}
        user = with_interest(user, place, replace(interest, sessions=interest.sessions // 2, together=together))
    return user
