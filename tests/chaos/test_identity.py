"""Visitors who turn out to be users while workers are killed: all they did ends in the user, once."""

import pytest

from schemas.handoffs import Forward, ForwardedAnswer, History, decode_handoff
from tests.chaos.conftest import Deploy
from tests.chaos.scenario import Scenario

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_workers_killed_while_visitors_identify_lose_and_double_nothing(deploy: Deploy) -> None:
    deployment = deploy()
    with Scenario(deployment, seed=6, visitors=True) as scenario:
        deployment.encoder().start()
        stages = {"a": "mid-transaction", "b": "between commit and store"}
        for name, stage in stages.items():
            deployment.worker(name, stage).start()
        scenario.open_shop()
        scenario.wait_until_all_flow("two workers serve")
        for name, stage in stages.items():
            deployment.arm(name, linger=8)
            scenario.reach_stage(name)
            deployment.members[name].kill()
            scenario.note(f"killed {name} {stage}")
            deployment.members[name].start()
            scenario.wait_until_all_flow(f"all partitions are served after the kill of {name}")
        deployment.members["a"].kill()
        deployment.wipe("a")
        scenario.note("killed a, which lost its disk")
        deployment.members["a"].start()
        scenario.wait_until_all_flow("all partitions are served again")
        verdict = scenario.finish()
    assert verdict.good, verdict
    handed = [decode_handoff(record.value or b"") for record in deployment.read(deployment.settings.topics.handoffs)]
    assert {History, Forward, ForwardedAnswer} <= {type(handoff) for handoff in handed}
