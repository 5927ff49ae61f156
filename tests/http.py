"""HTTP as tests need it: a page, and the numbers on a page of metrics."""

from urllib.error import HTTPError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families


def get(url: str) -> tuple[int, str]:
    """Status and text of a page. Raises OSError when nobody answers."""
    try:
        with urlopen(url, timeout=10) as page:
            return page.status, page.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


class Scrape:
    """The samples of one page of metrics."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float | None:
        """The value of the one sample of this name that has these labels, None when there is none."""
        found = [s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items()]
        assert len(found) < 2, f"{name} {labels} has {len(found)} samples"
        return found[0] if found else None


def scrape(port: int) -> Scrape:
    """What the process that serves on this port tells now."""
    return Scrape(get(f"http://127.0.0.1:{port}/metrics")[1])
