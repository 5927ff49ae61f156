"""Rights as the doctor asks for them: those of a worker, and those of an encoder."""

from streams.apps.doctor.cluster import ANSWER, Cluster
from streams.apps.doctor.finding import Finding, some
from streams.apps.rights import Needs, lacking_rights, needs_of_encoder, needs_of_worker


def worker_rights(cluster: Cluster) -> Finding:
    """Whether this client may do what a worker does."""
    return _rights("worker's rights", cluster, needs_of_worker(cluster.settings))


def encoder_rights(cluster: Cluster) -> Finding:
    """Whether this client may do what an encoder does."""
    return _rights("encoder's rights", cluster, needs_of_encoder(cluster.settings))


def _rights(check: str, cluster: Cluster, needs: Needs) -> Finding:
    if cluster.embedded:
        return Finding(check, "ok", "the embedded broker allows everything")
    present = cluster.there(*needs.reads, *needs.writes)
    lacking = lacking_rights(cluster.topics.admin, needs, present, ANSWER)
    if not lacking:
        return Finding(check, "ok", "may read, write and join all that it needs")
    mend = "grant them (kafka-acls --add), or ask again as the user that the process runs as"
    return Finding(check, "FAIL", f"this client lacks {some(lacking, 6)}", mend)
