"""Assignor for the broker in memory: the leader lets the others ask for their share before it hands shares out."""

import time

from aiokafka.cluster import ClusterMetadata
from faust.assignor.partition_assignor import MemberAssignmentMapping, MemberMetadataMapping, PartitionAssignor

PATIENCE = 1.0  # seconds


class PatientAssignor(PartitionAssignor):
    """As Faust's, but later, where there are others: librdkafka's mock cluster refuses who asks after the leader."""

    def assign(self, cluster: ClusterMetadata, member_metadata: MemberMetadataMapping) -> MemberAssignmentMapping:
        """The partitions of each member."""
        if len(member_metadata) > 1:
            time.sleep(PATIENCE)
        return super().assign(cluster, member_metadata)
