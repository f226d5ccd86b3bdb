"""Clients of AWS: the one place that makes them, each once a process."""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="incident-commander",
)


@cache
def client(service: str) -> Any:
    """The client of a service, with this process's own credentials and Region."""
    return boto3.client(service, config=CONFIG)  # type: ignore[call-overload]


@cache
def hasty_client(service: str) -> Any:
    """A client for what must not be waited for: it gives up within some seven seconds."""
    config = CONFIG.merge(Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2}))
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def session_client(service: str, credentials: "CredentialsTypeDef") -> Any:
    """A client with the credentials of an assumed role's session, for one use."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=CONFIG,
    )
