"""What streams.kafka.transport takes for granted in Faust and aiokafka, under private names.

A changed fingerprint means: read that function again, decide whether the transport still does right, then write the new
fingerprint here.
"""

from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from inspect import getsource

import aiokafka.record._crecords as parser
import pytest
from faust.types import TP
from faust.types.tuples import ConsumerMessage

READ = [
    ("faust.transport.consumer", "Consumer._wait_next_records", "6218e1969a636b3f"),
    ("faust.transport.consumer", "Consumer.getmany", "4b168d84882a70d6"),
    ("faust.transport.consumer", "Consumer.perform_seek", "0e8c130ff4b0afd8"),
    ("faust.transport.consumer", "Consumer.force_commit", "cc094614d22c70fb"),
    ("faust.transport.consumer", "Consumer._commit_offsets", "1a69799041188441"),
    ("faust.transport.consumer", "Consumer._drain_messages", "44a2500309e83c63"),
    ("faust.transport.consumer", "Consumer.on_partitions_revoked", "d04b7ae72c6fc206"),
    ("faust.transport.consumer", "Consumer.on_partitions_assigned", "29ce96596f05a18c"),
    ("faust.transport.consumer", "Consumer.on_stop", "45b1d2210ce2b526"),
    ("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread._create_worker_consumer", "c2701bfc3e6f6cad"),
    ("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread._fetch_records", "39a2c6c79fc1455a"),
    ("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread.seek_to_committed", "775ab0adc4b052ab"),
    ("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread.seek", "1498560d05f02582"),
    ("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread.verify_event_path", "b983e7735f647cb3"),
    ("faust.transport.drivers.aiokafka", "ConsumerRebalanceListener", "f3d04f29dfb3f716"),
    ("faust.transport.drivers.aiokafka", "Consumer._new_consumer_thread", "0870ec53dea75083"),
    ("faust.tables.manager", "TableManager.on_start", "365dd25fbc0e0684"),
    ("faust.tables.recovery", "Recovery._resume_streams", "d986a6710c1aca98"),
    ("faust.topics", "Topic._compile_decode", "6474178f8c211c05"),
    ("faust.app.base", "App._new_transport", "42db531312dd776f"),
    ("faust.app.base", "App._on_partitions_revoked", "d5c895bbe57dc73a"),
    ("faust.app.base", "App._on_partitions_assigned", "de932b7927db85b3"),
    ("faust.app.base", "App.on_rebalance_start", "5c1e23de30674082"),
    ("aiokafka.consumer.fetcher", "PartitionRecords", "94aa0da0dbec8d1b"),
    ("aiokafka.consumer.fetcher", "Fetcher.fetched_records", "be4348896b9b66af"),
    ("aiokafka.consumer.subscription_state", "TopicPartitionState.__init__", "f0b391da1b87af04"),
    ("aiokafka.consumer.consumer", "AIOKafkaConsumer.start", "2f1ba70443327538"),
]


def test_the_pinned_versions_are_the_ones_that_were_read():
    assert (version("faust-streaming"), version("aiokafka")) == ("0.15.3", "0.14.0")


@pytest.mark.parametrize(("module", "name", "fingerprint"), READ, ids=[name for _, name, _ in READ])
def test_what_the_transport_overrides_or_relies_on_is_as_it_was_read(module, name, fingerprint):
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert sha256(getsource(found).encode()).hexdigest()[:16] == fingerprint


def test_a_parsed_record_has_the_fields_that_batches_hand_on():
    builder = parser.DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=999,
    )
    builder.append(0, timestamp=5, key=b"k", value=b"v", headers=[("h", b"x")])
    records = parser.MemoryRecords(bytes(builder.build()))
    record = next(iter(records.next_batch()))
    assert (record.offset, record.timestamp, record.key, record.value) == (0, 5, b"k", b"v")
    assert list(record.headers) == [("h", b"x")]


def test_a_message_takes_the_arguments_that_a_batch_passes():
    message = ConsumerMessage("t", 1, 2, 0.5, 0, (), None, None, None, 0, 0, TP("t", 1), generation_id=3)
    assert (message.topic, message.partition, message.offset, message.generation_id) == ("t", 1, 2, 3)
