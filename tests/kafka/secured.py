"""A real Kafka that asks who is there and allows what was granted: SASL/PLAIN and an authorizer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.kafka.broker import RealKafka, free_port

PASSWORD = "secret"


@dataclass(frozen=True)
class SecuredKafka:
    """open: where everybody may do everything. secured: where users log in and may do what they were granted."""

    open: str
    secured: str

    def client(self, user: str, password: str = PASSWORD) -> dict[str, str]:
        """The client properties of a user."""
        return {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": user,
            "sasl.password": password,
        }

    def grant(self, user: str, kind: ResourceType, *operations: AclOperation) -> None:
        """Allows the user these operations on every resource of that kind."""
        admin = AdminClient({"bootstrap.servers": self.open})
        allow, literal = AclPermissionType.ALLOW, ResourcePatternType.LITERAL
        asked = [AclBinding(kind, "*", literal, f"User:{user}", "*", one, allow) for one in operations]
        for future in admin.create_acls(asked).values():
            future.result(30)


@contextmanager
def secured_kafka(*users: str) -> Iterator[SecuredKafka]:
    """Runs one while it is entered; every user has the same password and no rights."""
    kafka, port = RealKafka(), free_port()
    addresses = f"PLAINTEXT://{kafka.bootstrap}", f"SASL://127.0.0.1:{port}"
    known = " ".join(f'user_{user}="{PASSWORD}"' for user in users)
    kafka.options |= {
        "listeners": ",".join((*addresses, f"CONTROLLER://127.0.0.1:{kafka.controller_port}")),
        "advertised.listeners": ",".join(addresses),
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "listener.name.sasl.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl.plain.sasl.jaas.config": (
            f"org.apache.kafka.common.security.plain.PlainLoginModule required {known};"
        ),
    }
    with kafka:
        yield SecuredKafka(kafka.bootstrap, f"127.0.0.1:{port}")
