"""Interests agent: behaviors of one partition's users in; interest records, lists and signals out."""

import time
from collections.abc import Sequence

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.records import RecordWriter
from models.ranking.averaging import MixerBoard
from models.ranking.rules import NO_RULES
from models.step import lists_for, receive, receive_again
from models.trends.blocks import Moves
from schemas.content_types import JSON_HEADERS, MSGPACK_HEADERS
from schemas.rows.partition import PositionsRow
from schemas.trends import encode_signal_block
from streams.agents.accepting import Accepted, accepted, decoded, decoded_answers
from streams.agents.averaging import Averaging
from streams.agents.intake import Intake
from streams.agents.learned import Learned
from streams.agents.mood import Mood
from streams.agents.options import InterestsOptions
from streams.agents.quality import Quality
from streams.agents.rules import RulesFile
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.state.processor import Facts, Flush, Output
from streams.state.store import LocalStore

# Event time in seconds by which a behavior may be late and still find its faded user unswept.
RETIREMENT_MARGIN = 7 * 86_400.0


class InterestsProcessor:
    """The users of one partition.

    rules: what lists obey, None for nothing. quality: who counts what they are worth. board: what other partitions tell
    of ranking.
    """

    def __init__(
        self,
        options: InterestsOptions,
        catalog: Catalog,
        partition: int,
        metrics: WorkerMetrics,
        rules: RulesFile | None = None,
        quality: Quality | None = None,
        board: MixerBoard | None = None,
    ) -> None:
        variants = [one.name for one in options.step.variants]
        self._options = options
        self._quality = quality or Quality(metrics, variants)
        self._rules = rules
        self._metrics = metrics
        self._catalog = catalog
        self._partition = partition
        self._arena = UserArena(variants=len(variants))
        self._intake = Intake(options, catalog, partition, self._arena, metrics, self._quality)
        self._writer = RecordWriter(catalog, options.step.interests, Mood(metrics, partition).observe)
        self._learned = Learned(self._arena, variants)
        others, interval = board or MixerBoard(), options.averaging_interval
        self._averaging = Averaging(self._arena, variants, partition, options.partitions, interval, others, metrics)
        self._retired: list[bytes] = []

    def load(self, store: LocalStore, positions: PositionsRow | None) -> None:
        """Begins from the recovered store."""
        self._intake.load(store, positions)
        self._learned.load(store)
        self._averaging.load()

    # -- what comes in

    def apply(self, batch: Batch) -> None:
        """Applies a batch of the clickstream, of encoded behaviors, or of what other partitions hand over."""
        self._metrics.behaviors.labels(batch.topic).inc(len(batch.records))
        if batch.topic == self._options.topics.behaviors_encoded:
            self._apply_encoded(batch)
        elif batch.topic == self._options.topics.handoffs:
            self._apply_handoffs(batch)
        else:
            self._apply_clickstream(batch)

    def _apply_clickstream(self, batch: Batch) -> None:
        stage = self._metrics.stage_seconds.labels
        with stage("decode").time():
            found = self._decode(batch)
        with stage("apply").time():
            stay, duplicates = self._intake.handoffs.divert(found.behaviors, found.at)
            self._metrics.duplicates.inc(duplicates)
            self._intake.take_behaviors(batch.topic, found.only(stay), receive)

    def _decode(self, batch: Batch) -> Accepted:
        return decoded(batch, self._options.future_limit, self._intake.letters)

    def _apply_encoded(self, batch: Batch) -> None:
        answers, answered = decoded_answers(batch, self._intake.letters)
        stay = self._intake.handoffs.divert_answers(answers, answered.behaviors)
        self._intake.take_answers(batch.topic, [answers[index] for index in stay], answered.only(stay))

    def _apply_handoffs(self, batch: Batch) -> None:
        arrivals = self._intake.handoffs.receive(batch, self._options.step.laws_in(self._catalog))
        self._intake.take_behaviors(batch.topic, accepted(arrivals.behaviors), receive_again)
        answered = accepted([(behavior, record) for _, behavior, record in arrivals.answers])
        self._intake.take_answers(batch.topic, [answer for answer, _, _ in arrivals.answers], answered)

    def wants(self, item_ids: Sequence[str]) -> bool:
        """Whether any behavior waits for one of these items."""
        return self._intake.waiting.wants(item_ids)

    def items_arrived(self, item_ids: Sequence[str]) -> bool:
        """Applies what waited for these items, now that the catalog has them; says whether anything did."""
        return self._intake.items_arrived(item_ids)

    def tick(self) -> bool:
        """Rechecks the catalog for what waits, dead-letters what waited too long, retires users that faded."""
        intake = self._intake
        changed = intake.recheck()
        rows, before = intake.users.next_rows(), intake.watermark - RETIREMENT_MARGIN
        retired = intake.users.retire(rows, before, self._options.step.laws)
        self._retired += retired
        changed |= intake.aliases.retire(rows, before)
        return changed or bool(retired)

    # -- flush

    def take(self) -> Flush:
        """Changed rows; a record and a list per user with new behaviors; signals, requests and dead letters."""
        changed = self._arena.changed_slots()
        touched = changed[self._arena.new_behaviors[changed] > 0]
        stage = self._metrics.stage_seconds.labels
        mixers = self._averaging.take(self._options.topics.ranking_mixers, time.time())
        with stage("rank").time():
            lists = self._lists(touched)
        with stage("pack").time():
            flush = Flush(outputs=[*mixers, *self._outputs(touched, lists)])
            flush.rows = [*self._arena.take_rows(changed), *self._intake.take_rows(), *self._learned.take()]
            flush.rows += self._intake.handoffs.take_rows()
        return flush

    def _lists(self, touched: np.ndarray) -> list[bytes]:
        if not self._options.step.lists or not len(touched):
            return []
        active = self._rules.active(self._catalog, len(touched)) if self._rules else NO_RULES
        lists = lists_for(self._arena, touched, self._catalog, self._options.step, active)
        self._quality.publish(self._catalog, lists)
        return lists.records

    def _outputs(self, touched: np.ndarray, lists: list[bytes]) -> list[Output]:
        options, topics, partition, intake = self._options, self._options.topics, self._partition, self._intake
        keys = intake.users.keys_of(touched)
        outputs: list[Output] = list(intake.letters.take())
        outputs += intake.handoffs.take(topics.interests)
        if self._retired:
            outputs.append(Output(topics.interests, partition, [(key, None) for key in self._retired], []))
            self._retired = []
        if lists:
            outputs.append(Output(topics.recommendations, partition, list(zip(keys, lists, strict=True)), JSON_HEADERS))
        if len(touched):
            records = self._writer.write(self._arena, touched)
            outputs.append(Output(topics.interests, partition, list(zip(keys, records, strict=True)), MSGPACK_HEADERS))
        if requests := intake.take_requests():
            outputs.append(Output(topics.encode_requests, partition, requests, MSGPACK_HEADERS))
        moves = Moves(self._arena.gradients.take(), options.step.ranking.factor_rate)
        for target, block in intake.signals.take(options.signal_partitions, f"users/{partition}", moves):
            outputs.append(Output(topics.item_signals, target, [(None, encode_signal_block(block))], MSGPACK_HEADERS))
        return outputs

    def facts(self) -> Facts:
        """What the positions row is to say."""
        intake = self._intake
        waiting, told = intake.waiting.next_number, intake.signals.told
        return Facts(intake.users.partitioners, intake.watermark, intake.events, waiting, told)

    def committed(self) -> None:
        """Evicts the users touched least recently beyond the memory cap; their rows are in the store now."""
        self._intake.users.evict(self._options.arena_users)
        self._intake.aliases.committed()
        self._intake.ages.observe(time.time())

    @property
    def users_in_memory(self) -> int:
        """How many users the arena holds."""
        return len(self._arena)

    @property
    def mixer_distances(self) -> dict[str, float]:
        """How far each variant's weights were from the average that they became last."""
        return self._averaging.distances

    @property
    def waiting(self) -> int:
        """How many behaviors wait for their item."""
        return len(self._intake.waiting)
