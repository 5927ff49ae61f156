"""Rules: whether the worker could start with its file of business rules."""

from streams.agents.rules import read_rules
from streams.apps.doctor.finding import Finding, count
from streams.settings import Settings


def rules(settings: Settings) -> Finding:
    """Whether every rule of the file can be used, and how many there are. Raises RulesProblem for one that cannot."""
    path = settings.worker.rules
    if path is None:
        return Finding("worker.rules", "ok", "no file of business rules is named")
    found = read_rules(path, settings.shortest_list)
    return Finding("worker.rules", "ok", f"{path}, {count(len(found), 'business rule')}")
