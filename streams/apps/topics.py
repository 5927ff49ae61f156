"""penchant topics create: makes the topics and tells what it did."""

from collections.abc import Sequence

import typer

from streams.kafka.topics import TopicReport, create_topics
from streams.settings import Settings


def create(settings: Settings) -> int:
    """Creates the topics of the plan and prints one line for each; returns 0. Raises TopicError."""
    reports = create_topics(settings)
    width = max(len(report.name) for report in reports)
    typer.echo("\n".join(line for report in reports for line in lines_of(report, width)))
    made = sum(report.created for report in reports)
    typer.echo(f"{made} created, {len(reports) - made} were there, at {settings.kafka.bootstrap}")
    return 0


def lines_of(report: TopicReport, width: int) -> Sequence[str]:
    """What there is to say about a topic; its name takes `width` columns."""
    done = "created  " if report.created else "was there"
    kept = "the newest record of each key" if report.compacted else "records for their time"
    first = f"{done}  {report.name:{width}}  {report.partitions:4} partitions, keeps {kept}"
    return [first, *(f"           {difference}" for difference in report.differences)]
