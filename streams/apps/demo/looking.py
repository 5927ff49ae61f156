"""Looking: where a demo that goes on can be seen, and the commands to try on it."""

import shlex
from collections.abc import Sequence

from streams.apps.demo.kafka import deletion_command
from streams.apps.demo.setup import DemoSetup

ITEM = "22423"  # Regency cakestand 3 tier
SAID, AFTERWARDS = "2011-12-10T11:00:00Z", "2011-12-10T12:00:00Z"  # after the last purchase of the sample


def addresses(setup: DemoSetup, customer: str) -> Sequence[str]:
    """The addresses and commands as lines. Args: customer: one to look at."""
    settings = setup.settings
    host, kafka = settings.metrics.host, settings.kafka
    export = [f"  export {name}={shlex.quote(value)}" for name, value in setup.client_environment.items()]
    return [
        "Everything goes on running; Ctrl-C ends it.",
        "",
        f"  broker            {kafka.bootstrap}{' (in memory)' if kafka.embedded else ''}",
        f"  worker's metrics  http://{host}:{settings.worker.metrics_port}/metrics",
        f"  encoder's metrics http://{host}:{settings.encoder.metrics_port}/metrics",
        "",
        "To try in another terminal:",
        "",
        *export,
        "  penchant tail --from-beginning",
        f"  penchant inspect {customer} --why",
        f'  penchant search {customer} "something for a party"',
        f'  penchant say {customer} "more christmas decorations, no bags" --at {SAID}',
        "",
        "and what one more purchase does:",
        "",
        *_purchase(customer),
        f"    penchant produce {settings.topics.clickstream}",
        f"  penchant inspect {customer}",
        *(
            []
            if kafka.embedded
            else ["", "To delete the demo's topics afterwards:", "", f"  {deletion_command(settings)}"]
        ),
    ]


def _purchase(customer: str) -> Sequence[str]:
    """A purchase for the pipe, in lines that fit a terminal; `echo` puts a space between them."""
    return (
        f"""  echo '{{"event_id":"my-1","type":"purchase","user_id":"{customer}",' \\""",
        f"""       '"item_id":"{ITEM}","occurred_at":"{AFTERWARDS}"}}' |""",
    )
