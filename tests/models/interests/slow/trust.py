"""Trust: how much of a behavior counts when it comes as machines send it."""

from dataclasses import replace

from models.interests.kernels.types import Rules
from tests.models.interests.slow.user import Act, User


def rested(user: User, at: float, rules: Rules) -> User:
    """The user with what time has put into the bucket of behaviors that may come at once."""
    if user.at == 0.0:
        return replace(user, tokens=rules.burst)
    return replace(user, tokens=min(user.tokens + max(at - user.at, 0.0) * rules.refill, rules.burst))


def trusted(user: User, act: Act, pause: float, rules: Rules) -> tuple[User, float]:
    """The user after the behavior has been weighed, and the share of its weight that counts."""
    latest = user.recents[-1].item if user.recents else 0
    haste = 0.125 if 0.0 < pause < 0.5 and act.item != latest else 1.0
    alike = [recent for recent in user.recents if act.item and (recent.item, recent.code) == (act.item, act.code)]
    repeated = [recent for recent in alike if abs(recent.at - act.at) <= rules.repeat_span]
    share = haste * 0.25 ** len(repeated) * min(user.tokens, 1.0)
    anomaly = user.anomaly + 0.05 * (1.0 - share - user.anomaly)
    return replace(user, tokens=max(user.tokens - 1.0, 0.0), anomaly=anomaly), share * (1.0 - user.anomaly)
