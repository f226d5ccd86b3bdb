"""A secret is read as texts, and never shown."""

import boto3
import pytest

from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.domain.errors import PortError


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
