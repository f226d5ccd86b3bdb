"""The account's limits that this product can meet."""

from collections.abc import Iterator

from scripts.doctor.finding import Finding, ok, unknown, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.errors import port_errors
from shared.domain.facts import Author

CONCURRENCY, LEAST_CONCURRENCY = 100, 20
"""Eleven functions, of which one incident keeps five busy at once; a new account has 10 for everything."""
SHARDS = 2
NAMED = {
    "states": (("registered state machines",), 1),
    "kms": (("aws kms keys", "customer master keys (cmks)"), len(Author)),
}
"""Service code -> the names that its quota has or had in Service Quotas, and how many of it a stage takes.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html,
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
"""
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
    for service, (names, needed) in NAMED.items():
        check = f"{service} quota"
        limit = _quota(subject, service, names)
        if limit is None:
            yield unknown(check, f"Service Quotas names none of {', '.join(names)}")
            continue
        said = f"{names[0]}: {limit:.0f} allowed, a stage takes {needed}"
        yield ok(check, said) if limit >= needed * 2 else wrong(check, said, INCREASE)


def _quota(subject: Subject, service: str, names: tuple[str, ...]) -> float | None:
    with port_errors():
        pages = subject.client("service-quotas").get_paginator("list_service_quotas")
        for page in pages.paginate(ServiceCode=service):
            for one in page["Quotas"]:
                if one["QuotaName"].lower() in names:
                    return float(one["Value"])
    return None


CHECKS = (lambda_concurrency, kinesis_shards, other_quotas)
