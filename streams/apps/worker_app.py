"""Worker app: how a worker takes part in its consumer group, through Faust."""

from collections.abc import Callable

from streams.kafka.client import faust_options
from streams.kafka.transport import BatchApp, PatientAssignor
from streams.settings import Settings
from streams.state.host import PartitionHost

MAX_POLL_INTERVAL = 1_000.0
REBALANCE_TIMEOUT = 60.0


def new_app(settings: Settings, host: PartitionHost, failed: Callable[[BaseException], None]) -> BatchApp:
    """An app that hands the host each batch of its partitions. failed: is told what ended it."""
    worker, topics = settings.worker, settings.topics
    app = BatchApp(
        settings.app,
        host=host,
        failed=failed,
        store="memory://",
        web_enabled=False,
        datadir=str(worker.data / "faust"),
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=1,
        stream_wait_empty=False,
        broker_commit_interval=1.0,
        broker_session_timeout=worker.session_timeout,
        broker_heartbeat_interval=worker.heartbeat_interval,
        broker_rebalance_timeout=REBALANCE_TIMEOUT,
        broker_max_poll_interval=MAX_POLL_INTERVAL,
        broker_max_poll_records=worker.poll_records,
        broker_check_crcs=not settings.kafka.embedded,
        **({"PartitionAssignor": PatientAssignor} if settings.kafka.embedded else {}),
        **faust_options(settings.kafka),
    )
    app.batch_agent([topics.clickstream, topics.behaviors_encoded, topics.handoffs], host.submit)
    app.batch_agent([topics.item_signals], host.submit)
    return app
