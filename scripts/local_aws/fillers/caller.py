"""The fillers' own way to call the gateway: boto3 clients on loopback, as root or as a given principal."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

Credentials = dict[str, str]
_CONFIG = Config(
    inject_host_prefix=False,
    read_timeout=910,
    max_pool_connections=64,
    retries={"max_attempts": 0},
    user_agent_extra="local-aws-filler",
)


def endpoint() -> str:
    """The gateway's URL."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def root(account: str) -> Credentials:
    """The account's root credentials, as ministack understands them."""
    return {"aws_access_key_id": account, "aws_secret_access_key": "test"}


@lru_cache(maxsize=64)
def as_root(service: str, account: str, region: str) -> Any:
    """A cached root client: for what the service itself does on AWS."""
    return client(service, region, root(account))


def client(service: str, region: str, credentials: Credentials) -> Any:
    """A client that acts as the given principal."""
    session: Any = boto3.session.Session()
    return session.client(service, endpoint_url=endpoint(), region_name=region, config=_CONFIG, **credentials)
