"""A secret is read as texts, and never shown."""

from collections.abc import Mapping
from datetime import timedelta

import boto3
import pytest

from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.local.manual_clock import ManualClock
from shared.domain.errors import AccessDenied, PortError
from shared.ports.secrets import KeptSecret


def made(aws: boto3.Session, text: str) -> str:
    return str(aws.client("secretsmanager").create_secret(Name="slack", SecretString=text)["ARN"])


def test_a_secret_is_read_anew_each_time(aws: boto3.Session) -> None:
    client = aws.client("secretsmanager")
    arn, secrets = made(aws, '{"token": "xoxb-1", "channel": "C1"}'), SecretsManagerSecrets(client)
    assert secrets.read(arn) == {"token": "xoxb-1", "channel": "C1"}
    client.put_secret_value(SecretId=arn, SecretString='{"token": "xoxb-2"}')
    assert secrets.read(arn) == {"token": "xoxb-2"}


@pytest.mark.parametrize("text", ["hunter2", '["hunter2"]', '{"token": {"hunter2": 1}}', '{"hunter2": 2'])
def test_what_is_not_an_object_of_texts_is_refused_unseen(aws: boto3.Session, text: str) -> None:
    arn = made(aws, text)
    with pytest.raises(PortError, match="write it again") as raised:
        SecretsManagerSecrets(aws.client("secretsmanager")).read(arn)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert not raised.value.retryable


def test_a_secret_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    with pytest.raises(PortError, match="ResourceNotFound"):
        SecretsManagerSecrets(aws.client("secretsmanager")).read("none")


class Vault:
    """A secret that changes, and a vendor that takes only one token."""

    def __init__(self) -> None:
        self.token, self.reads, self.clock = "old", 0, ManualClock()
        self.kept = KeptSecret(self.read, self.clock)

    def read(self) -> dict[str, str]:
        self.reads += 1
        return {"token": self.token}

    def use(self, accepted: str) -> str:
        def call(secret: Mapping[str, str]) -> str:
            if secret["token"] != accepted:
                raise AccessDenied("invalid_auth")
            return secret["token"]

        return self.kept.used(call)


def test_a_kept_secret_is_read_once_in_five_minutes() -> None:
    vault = Vault()
    assert [vault.use("old"), vault.use("old"), vault.reads] == ["old", "old", 1]
    vault.clock.advance(timedelta(minutes=5))
    assert [vault.use("old"), vault.reads] == ["old", 2]


def test_a_rotated_secret_is_used_at_the_first_refusal() -> None:
    vault = Vault()
    vault.use("old")
    vault.token = "new"
    assert [vault.use("new"), vault.reads] == ["new", 2]


def test_a_secret_that_stays_wrong_is_refused_after_one_more_reading() -> None:
    vault = Vault()
    vault.use("old")
    with pytest.raises(AccessDenied):
        vault.use("new")
    assert vault.reads == 2
