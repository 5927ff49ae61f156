"""The command that looks for what is wrong: doctor."""

from streams.cli.options import Bootstrap, end, settings_of


def doctor(bootstrap: Bootstrap = None) -> None:
    """Check everything, and say what to do.

    One line for each check: settings, disk, memory, the broker, topics,
    rights, clocks, how the clickstream is partitioned, workers, encoders,
    dead letters. It changes nothing, and ends with code 1 when a check
    failed.

    Example:

        penchant doctor --bootstrap kafka:9092
    """
    from streams.apps.doctor import run
    from streams.apps.operators import keep_logs_quiet

    keep_logs_quiet()
    end(run(lambda: settings_of(kafka={"bootstrap": bootstrap})))
