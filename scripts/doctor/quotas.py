"""The account's limits that this product can meet."""

from collections.abc import Iterator

from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.facts import Author

CONCURRENCY, LEAST_CONCURRENCY = 100, 20
"""Eleven functions, of which one incident keeps five busy at once; a new account has 10 for everything."""
SHARDS = 2
NAMED = {"states": ("Registered state machines", 1), "kms": ("Customer Master Keys (CMKs)", len(Author))}
"""Service code -> a quota's name in Service Quotas, and how many of it a stage takes."""
INCREASE = "ask for more in Service Quotas, in this Region"


def lambda_concurrency(subject: Subject) -> Iterator[Finding]:
    """Whether functions can run beside each other."""
    with port_errors():
        limit = subject.client("lambda").get_account_settings()["AccountLimit"]
    free, every = limit["UnreservedConcurrentExecutions"], limit["ConcurrentExecutions"]
    said = f"{free} of {every} concurrent executions are not reserved"
    if free < LEAST_CONCURRENCY:
        yield wrong("lambda concurrency", f"{said}; one incident needs {LEAST_CONCURRENCY}", INCREASE)
    elif free < CONCURRENCY:
        yield warning("lambda concurrency", f"{said}: several incidents at once will wait", INCREASE)
    else:
        yield ok("lambda concurrency", said)


def kinesis_shards(subject: Subject) -> Iterator[Finding]:
    """Whether the two streams fit."""
    with port_errors():
        limits = subject.client("kinesis").describe_limits()
    free = limits["ShardLimit"] - limits["OpenShardCount"]
    said = f"{limits['OpenShardCount']} of {limits['ShardLimit']} shards are open"
    if not subject.deployed and free < SHARDS:
        yield wrong("kinesis shards", f"{said}; a stage needs {SHARDS}", INCREASE)
    else:
        yield ok("kinesis shards", said)


def other_quotas(subject: Subject) -> Iterator[Finding]:
    """State machines and keys; how many there are is for their own consoles to say."""
    for service, (name, needed) in NAMED.items():
        limit = _quota(subject, service, name)
        check = f"{service} quota"
        if limit is None:
            raise PortError(f"Service Quotas names no {name!r} of {service}", retryable=False)
        said = f"{name}: {limit:.0f} allowed, a stage takes {needed}"
        yield ok(check, said) if limit >= needed * 2 else wrong(check, said, INCREASE)


def _quota(subject: Subject, service: str, name: str) -> float | None:
    with port_errors():
        pages = subject.client("service-quotas").get_paginator("list_service_quotas")
        for page in pages.paginate(ServiceCode=service):
            for one in page["Quotas"]:
                if one["QuotaName"].lower() == name.lower():
                    return float(one["Value"])
    return None


CHECKS = (lambda_concurrency, kinesis_shards, other_quotas)
