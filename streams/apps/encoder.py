"""Encoder: turns items and live texts into vectors."""

import os
import signal
import sys
import threading
from contextlib import closing
from types import FrameType

from models.encoder.errors import EncoderError
from models.encoder.loading import load_encoder
from models.encoder.options import BatchOptions, EncoderOptions
from streams.encoding.cache import VectorCache
from streams.encoding.errors import EncodingError
from streams.encoding.loop import EncodeLoop
from streams.encoding.vectors import TextVectors
from streams.kafka.client import ClientError
from streams.kafka.topics import TopicError, check_topics
from streams.kafka.transactions import FencedError, TransactionError
from streams.logs import configure_logs, get_log
from streams.settings import Settings

FAILED = 70

log = get_log("encoder")


def run(settings: Settings) -> int:
    """Runs an encoder until SIGTERM or SIGINT, then publishes what is encoded and returns 0.

    A failure that it can name ends it with code 70; nothing is lost, and the next start goes on from the last commit.
    """
    configure_logs("encoder")
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    try:
        serve(settings, stop)
    except (EncoderError, EncodingError, ClientError, TopicError, TransactionError, FencedError) as error:
        log.critical("ended", error=type(error).__name__, reason=str(error))
        sys.stderr.flush()
        os._exit(FAILED)  # a thread that is stuck in librdkafka would keep the interpreter from ending
    return 0


def serve(settings: Settings, stop: threading.Event) -> None:
    """Joins the parts of an encoder and runs its loop until `stop` is set."""
    check_topics(settings)
    batch = BatchOptions(settings.encoder.batch_texts, settings.encoder.batch_tokens)
    options = EncoderOptions(
        model=settings.encoder.model, device=settings.encoder.device, batch=batch, threads=settings.encoder.threads
    )
    encoder = load_encoder(options)
    with closing(VectorCache(settings.encoder.data / "vectors", encoder.version)) as cache:
        vectors = TextVectors(encoder, cache, batch)
        log.info("started", version=encoder.version, hardware=encoder.hardware, cached=len(cache))
        EncodeLoop(settings, vectors).run(stop.is_set)
        log.info("stopped", texts_encoded=vectors.encoded, texts_cached=vectors.cached)


if __name__ == "__main__":
    sys.exit(run(Settings()))
