"""Secrets in Secrets Manager, each a JSON object of texts."""

from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET = TypeAdapter(dict[str, str])


class SecretsManagerSecrets:
    """Reads the current version each time, so that a rotated secret is used at once."""

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client

    def read(self, arn: str) -> dict[str, str]:
        """The secret's keys and values.

        Raises:
            PortError: AWS failed, or the secret is not a JSON object of texts; its value is never shown.
        """
        with port_errors():
            value = self._client.get_secret_value(SecretId=arn).get("SecretString", "")
        try:
            return SECRET.validate_json(value)
        except ValidationError:
            raise PortError(f"{arn} is not a JSON object of texts: write it again", retryable=False) from None
