"""Results: what a measurement found, as its process prints it."""

import msgspec


class Stage(msgspec.Struct, frozen=True):
    """CPU and wall seconds spent in one stage, without the stages it calls; calls: how often it began."""

    name: str
    cpu: float
    wall: float
    calls: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Seconds are of the whole process, all threads; rss is its peak, in bytes.

    written: payload bytes (keys and values, before compression) by topic. commit: mean seconds that a flush waited
    for its commit, 0 where there is none. own: CPU seconds of the update and the record alone, where they can be told.
    """

    variant: str
    behaviors: int
    wall: float
    cpu: float
    rss: int
    written: dict[str, int]
    flushes: int = 0
    commit: float = 0.0
    own: float = 0.0
    stages: tuple[Stage, ...] = ()


class Recoveries(msgspec.Struct, frozen=True, kw_only=True):
    """Recoveries of all partitions at once. walls: seconds from nothing; kept: seconds with the disk kept."""

    users: int
    rows: int
    walls: tuple[float, ...]
    kept: tuple[float, ...]


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernels cost without Kafka, microseconds of CPU per behavior, one number for each repetition.

    kernel: of the interests' kernels on users with eight interests; slow: of the same in plain numpy. step: from the
    behavior's bytes to changed rows, signals and messages, without the records; newcomers: the same where users are
    new. record: what publishing a record costs, per record; records: how many there are for each behavior. state,
    largest_state: bytes of a user's rows, median and greatest.
    """

    kernel: tuple[float, ...]
    slow: tuple[float, ...]
    step: tuple[float, ...]
    newcomers: tuple[float, ...]
    record: tuple[float, ...]
    records: float
    state: int
    largest_state: int
