"""Collector: Python's garbage collector, kept from walking over records that hold no cycles."""

import gc

AFTER = 100_000
OLDER_AFTER = 20


def spare_collector() -> None:
    """Sets aside all objects that are here for good, and looks for cycles among new ones rarely.

    Fetched records and rows come by the thousand and are gone at the next flush; with Python's defaults the collector
    walks over them so often that it takes a fifth of a worker's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER, OLDER_AFTER, OLDER_AFTER)
