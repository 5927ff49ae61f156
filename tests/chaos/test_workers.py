"""Workers that are killed, frozen, joined and left behind: nothing is lost and nothing counts twice."""

import pytest

from tests.chaos.conftest import Deploy
from tests.chaos.scenario import RECOVERY_LIMIT, Scenario

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_three_workers_share_four_partitions_while_one_joins_and_one_leaves(deploy: Deploy) -> None:
    deployment = deploy()
    with Scenario(deployment, seed=1) as scenario:
        for member in (deployment.encoder(), deployment.worker("a"), deployment.worker("b")):
            member.start()
        joining = deployment.worker("c")
        scenario.open_shop()
        scenario.wait_until_all_flow("two workers serve")
        joining.start()
        scenario.wait_until_started("c")
        scenario.wait_until_all_flow("three workers serve")
        assert deployment.members["a"].leave() == 0
        scenario.note("a left")
        scenario.wait_until_all_flow("two workers serve again")
        verdict = scenario.finish()
    assert verdict.good, verdict
    assert deployment.deaths() == {}


def test_workers_killed_with_and_without_their_disks_lose_nothing(deploy: Deploy) -> None:
    """The changelogs are compacted all the while, so that what is replayed has holes."""
    deployment = deploy()
    for changelog in (deployment.settings.users_changelog, deployment.settings.items_changelog):
        deployment.compact_at_once(changelog)
    with Scenario(deployment, seed=2) as scenario:
        for member in (deployment.encoder(), deployment.worker("a"), deployment.worker("b")):
            member.start()
        scenario.open_shop()
        scenario.wait_until_all_flow("two workers serve")
        scenario.pause(1.5)
        for name, keeps_disk in (("a", True), ("b", False)):
            member = deployment.members[name]
            member.kill()
            scenario.note(f"killed {name}{'' if keeps_disk else ' and lost its disk'}")
            if not keeps_disk:
                deployment.wipe(name)
            member.start()
            scenario.wait_until_all_flow(f"all partitions are served after the kill of {name}")
            scenario.pause(1.0)
        verdict = scenario.finish()
    assert verdict.good, verdict
    assert scenario.evidence is not None
    assert scenario.evidence.flushes_left < scenario.evidence.flushes


@pytest.mark.parametrize(
    ("recovering", "serving"),
    [
        ("before fencing", "mid-batch"),
        ("after fencing", "mid-transaction"),
        ("after replay", "between commit and store"),
    ],
)
def test_a_worker_frozen_past_its_session_is_fenced_when_it_wakes(
    deploy: Deploy, recovering: str, serving: str
) -> None:
    deployment = deploy()
    with Scenario(deployment, seed=3) as scenario:
        deployment.encoder().start()
        deployment.worker("a", stage=serving).start()
        scenario.open_shop()
        scenario.wait_until_all_flow("one worker serves")
        deployment.arm("b")
        deployment.worker("b", stage=recovering).start()
        scenario.freeze_until_others_took_over("b", recovering)
        scenario.wait(lambda: deployment.members["b"].events("recovered"), RECOVERY_LIMIT, "b has partitions again")
        scenario.wait_until_all_flow("all partitions are served after the thaw")
        deployment.arm("a")
        scenario.freeze_until_others_took_over("a", serving)
        verdict = scenario.finish()
    assert verdict.good, verdict
    assert deployment.members["a"].events("fenced")


def test_workers_that_are_never_fenced_are_found_out(deploy: Deploy) -> None:
    """The control: a worker with transactional ids of its own goes on where it was frozen, and the verdict says so."""
    deployment = deploy({"worker": {"transaction_timeout": 60.0}})
    with Scenario(deployment, seed=4) as scenario:
        deployment.encoder().start()
        deployment.worker("a", stage="mid-transaction", own_ids=True).start()
        deployment.worker("b", own_ids=True).start()
        scenario.open_shop()
        scenario.wait_until_all_flow("two workers serve")
        deployment.arm("a")
        scenario.freeze_until_others_took_over("a", "mid-transaction")
        scenario.pause(3.0)
        verdict = scenario.finish(limit=10.0)
    assert verdict.differences["interest records"], verdict
    assert verdict.differences["lists"], verdict
