"""Users: who there is, and what is planted in each; this is the truth to be found out."""

from random import Random

from models.simulator.bots import plant_burst
from models.simulator.catalog import Stock
from models.simulator.choices import BY_TOPIC, CHOOSERS
from models.simulator.contexts import DEVICES, TIME_ZONES
from models.simulator.drawing import Drawing
from models.simulator.options import SimulatorOptions
from models.simulator.planted import Dimensions, PlantedUser
from models.simulator.turns import Life

SHARES = ((1.0,), (0.65, 0.35), (0.5, 0.3, 0.2))
IDENTIFIED = (0.1, 0.6)


def make_users(options: SimulatorOptions, stock: Stock) -> tuple[PlantedUser, ...]:
    """All users, the most active first; the last of them are the cold ones."""
    digits, warm = len(str(options.users)), options.users - int(options.users * options.cold)
    return tuple(_user(f"{number + 1:0{digits}d}", number >= warm, options, stock) for number in range(options.users))


def _user(number: str, cold: bool, options: SimulatorOptions, stock: Stock) -> PlantedUser:
    """One user. Each trait is drawn on its own, so that planting more of one does not change the others."""
    dimensions = _dimensions(options, number)
    drawing = Drawing(options, number, thrifty=dimensions.price > max(dimensions.category, dimensions.brand))
    traits = Random(f"{options.seed} {number} traits")
    wanted = tuple(drawing.interest(share, options.start) for share in traits.choice(SHARES))
    life = Life(options, number, drawing)
    phases = life.phases(wanted)
    bot, anonymous = (Random(f"{options.seed} {number} {trait}") for trait in ("bot", "anonymous"))
    has_burst, is_visitor = bot.random() < options.bots, anonymous.random() < options.anonymous
    place = anonymous.uniform(*IDENTIFIED)
    return PlantedUser(
        id=f"user-{number}",
        phases=phases,
        anonymous_id=f"visitor-{number}" if is_visitor else None,
        identified_at=round(options.start + place * options.span, 3) if is_visitor else None,
        cold=cold,
        time_zone=traits.choice(TIME_ZONES),
        device=traits.choice(DEVICES),
        dimensions=dimensions,
        bursts=(plant_burst(options, drawing.topic(), stock, bot),) if has_burst else (),
        requests=tuple(life.requests),
        mutes=tuple(life.mutes),
    )


def _dimensions(options: SimulatorOptions, number: str) -> Dimensions:
    chance = Random(f"{options.seed} {number} chooser")
    return chance.choice(CHOOSERS) if chance.random() < options.choosers else BY_TOPIC
