"""Encoder: turns items and live texts into vectors."""

import signal
import sys
import threading
from contextlib import closing
from types import FrameType

from models.encoder.loading import load_encoder, require_installed
from models.encoder.options import BatchOptions, EncoderOptions
from streams.apps.interrupts import Interrupted
from streams.apps.rights import needs_of_encoder
from streams.apps.startup import end_process, topics_once_kafka_answers
from streams.encoding.cache import VectorCache
from streams.encoding.loop import EncodeLoop
from streams.encoding.vectors import TextVectors
from streams.logs import configure_logs, get_log
from streams.metrics import EncoderMetrics, Health, MetricsServer
from streams.settings import Settings

log = get_log("encoder")


def run(settings: Settings) -> int:
    """Runs an encoder until SIGTERM or SIGINT, then publishes what is encoded and returns 0.

    It waits for a Kafka that does not answer yet. What its operator must mend ends it with code 2, any other failure
    with code 70: nothing is lost, and the next start goes on from the last commit.
    """
    configure_logs("encoder")
    stop = threading.Event()
    metrics, health = EncoderMetrics(), Health()
    health.require("the encoder is not stopping", lambda: not stop.is_set())

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    try:
        host, port = settings.metrics.host, settings.encoder.metrics_port
        with closing(MetricsServer(metrics, health, host, port, "encoder.metrics_port")):
            require_installed(settings.encoder.model)
            topics_once_kafka_answers(settings, needs_of_encoder(settings))
            serve(settings, stop, metrics, health)
    except Interrupted:
        log.info("stopped")
    except Exception as error:
        end_process(error)
    return 0


def serve(settings: Settings, stop: threading.Event, metrics: EncoderMetrics, health: Health) -> None:
    """Joins the parts of an encoder and runs its loop until `stop` is set."""
    batch = BatchOptions(settings.encoder.batch_texts, settings.encoder.batch_tokens)
    options = EncoderOptions(
        model=settings.encoder.model, device=settings.encoder.device, batch=batch, threads=settings.encoder.threads
    )
    encoder = load_encoder(options)
    with closing(VectorCache(settings.encoder.data / "vectors", encoder.version)) as cache:
        vectors = TextVectors(encoder, cache, batch, metrics)
        log.info("started", version=encoder.version, hardware=encoder.hardware, cached=len(cache))
        EncodeLoop(settings, vectors, metrics, health).run(stop.is_set)
        log.info("stopped", texts_encoded=vectors.encoded, texts_cached=vectors.cached)


if __name__ == "__main__":
    sys.exit(run(Settings()))
