"""Contexts: on which device and in which part of the day things happen, and how likely an interest makes each."""

from datetime import datetime, timedelta
from functools import cache
from math import cos, tau
from random import Random
from zoneinfo import ZoneInfo

from models.simulator.options import DAY
from models.simulator.topics import Topic

YEAR = 365.25
PART = 4 * 3600.0
DEVICES = ("mobile", "desktop", "tablet")
TIME_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo")
USUAL_PARTS = (0.04, 0.08, 0.2, 0.2, 0.28, 0.2)
USUAL_DEVICE = 0.7
BOUND = 0.9
SEASONAL = 0.8


def day_part_of(at: float, time_zone: str) -> int:
    """The four hours of the local day that epoch seconds `at` lie in, from 0 (midnight) to 5."""
    return datetime.fromtimestamp(at, _zone(time_zone)).hour // 4


def moment_in(day: datetime, part: int, within: float, time_zone: str) -> float:
    """Epoch seconds of a moment in a part of a local day. Args: within: how far into the part, from 0 to 1."""
    clock = day + timedelta(seconds=(part + within) * PART)
    return clock.replace(tzinfo=_zone(time_zone)).timestamp()


def local_midnight(at: float, time_zone: str) -> datetime:
    """The beginning of the local day that epoch seconds `at` lie in, without a time zone."""
    clock = datetime.fromtimestamp(at, _zone(time_zone))
    return datetime(clock.year, clock.month, clock.day)


def year_factor(topic: Topic, strength: float, at: float) -> float:
    """How much more or less a topic is wanted at this time of the year: 1 on average."""
    return 1.0 + SEASONAL * strength * cos(tau * (at / DAY - topic.peak_day) / YEAR)


@cache
def part_shares(favorite: int, strength: float) -> tuple[float, ...]:
    """The share of each day part (6,), for a topic that has a favorite one."""
    tilt = SEASONAL * strength
    return tuple((1 - tilt) * usual + tilt * (part == favorite) for part, usual in enumerate(USUAL_PARTS))


def device_share(device: str | None, usual: str) -> float:
    """The share of a device among the visits of a user who has a usual one."""
    return USUAL_DEVICE if device == usual else (1 - USUAL_DEVICE) / (len(DEVICES) - 1)


def draw_device(usual: str, chance: Random) -> str:
    """The device of a visit."""
    if chance.random() < USUAL_DEVICE:
        return usual
    return chance.choice([device for device in DEVICES if device != usual])


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
