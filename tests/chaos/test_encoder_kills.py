"""Encoders that are killed while requests flow: every text is answered once."""

import pytest

from tests.chaos.conftest import Deploy
from tests.chaos.scenario import Scenario

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_an_encoder_killed_in_the_middle_of_a_transaction_leaves_no_trace(deploy: Deploy) -> None:
    deployment = deploy()
    encoded = deployment.settings.topics.behaviors_encoded
    with Scenario(deployment, seed=5) as scenario:
        encoder = deployment.encoder(stage="mid-answer")
        encoder.start()
        deployment.worker("a").start()
        scenario.open_shop()
        scenario.wait_until_all_flow("one worker serves")
        scenario.wait(lambda: deployment.glimpse(encoded), 30, "texts are answered")
        deployment.arm("encoder", linger=8)
        scenario.reach_stage("encoder")
        scenario.wait(lambda: dropped(scenario) > 0, 5, "answers have reached the log uncommitted")
        encoder.kill()
        scenario.note("killed the encoder mid-answer")
        encoder.start()
        answered = len(deployment.glimpse(encoded))
        scenario.wait(lambda: len(deployment.glimpse(encoded)) > answered, 40, "the encoder answers again")
        verdict = scenario.finish()
        traces = dropped(scenario)
    assert verdict.good, verdict
    assert traces > 0


def dropped(scenario: Scenario) -> int:
    """How many answers lie in the log that nobody may read."""
    topic = scenario.deployment.settings.topics.behaviors_encoded
    return len(scenario.deployment.glimpse(topic, "read_uncommitted")) - len(scenario.deployment.glimpse(topic))
