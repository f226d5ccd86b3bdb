"""The storefront's service catalogue: call graph, metrics, log groups and resources."""

from scripts.local_aws.state import ACCOUNT, REGION
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue, ServiceKind, Tier

APPLICATION = "storefront"
CLUSTER = "storefront"
NAMESPACE = "Storefront"
MAX_CONNECTIONS = "/storefront/database/max-connections"
CACHE_TTL = "/storefront/cache/ttl-seconds"
BLOCKED = "storefront-blocked"
NO_ID = "00000000-0000-0000-0000-000000000000"
UNITS = {
    Measure.LATENCY: "Seconds",
    Measure.ERRORS: "None",
    Measure.TRAFFIC: "Count/Second",
    Measure.SATURATION: "None",
    Measure.AVAILABILITY: "None",
    Measure.MEMORY: "None",
}
_GOLDEN = (Measure.LATENCY, Measure.ERRORS, Measure.TRAFFIC, Measure.SATURATION)
_FACING = (*_GOLDEN, Measure.AVAILABILITY, Measure.MEMORY)


def parameter_arn(name: str) -> str:
    """ARN of an SSM parameter."""
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"


def service_arn(name: str) -> str:
    """ARN of an ECS service of the storefront."""
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/{name}"


def ip_set_arn(identity: str) -> str:
    """ARN of the IP set at the edge; AWS WAF gives it an id of its own."""
    return f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/ipset/{BLOCKED}/{identity}"


def catalogue(ip_set: str = NO_ID) -> ServiceCatalogue:
    """The five services, checked, with the id of the IP set that blocks ranges in front of web."""
    services = (
        Service(
            name="web",
            application=APPLICATION,
            metrics=_metrics("web", _FACING),
            log_group=log_group("web"),
            tier=Tier.CRITICAL,
            depends_on=("checkout", "cache"),
            resources={"ecs_service": service_arn("web"), "ip_set": ip_set_arn(ip_set)},
            users=20_000,
        ),
        Service(
            name="checkout",
            application=APPLICATION,
            metrics=_metrics("checkout", _FACING),
            log_group=log_group("checkout"),
            tier=Tier.CRITICAL,
            depends_on=("database", "cache", "queue"),
            resources={"ecs_service": service_arn("checkout")},
            users=5_000,
        ),
        Service(
            name="database",
            application=APPLICATION,
            metrics=_metrics("database", _GOLDEN),
            log_group=log_group("database"),
            kind=ServiceKind.DATABASE,
            tier=Tier.CRITICAL,
            resources={"parameter": parameter_arn(MAX_CONNECTIONS)},
            users=5_000,
        ),
        Service(
            name="cache",
            application=APPLICATION,
            metrics=_metrics("cache", _GOLDEN),
            log_group=log_group("cache"),
            kind=ServiceKind.CACHE,
            tier=Tier.IMPORTANT,
            resources={"parameter": parameter_arn(CACHE_TTL)},
        ),
        Service(
            name="queue",
            application=APPLICATION,
            metrics=_metrics("queue", _GOLDEN),
            log_group=log_group("queue"),
            kind=ServiceKind.QUEUE,
            tier=Tier.SUPPORTING,
        ),
    )
    return ServiceCatalogue(services=services).validated()


def log_group(service: str) -> str:
    """Name of a service's log group."""
    return f"/storefront/{service}"


def dimensions(service: str) -> dict[str, str]:
    """The dimensions of every metric of a service."""
    return {"Service": service}


def metric_name(measure: Measure) -> str:
    """CloudWatch's name for a measure."""
    return measure.value.capitalize()


def _metrics(service: str, measures: tuple[Measure, ...]) -> dict[Measure, MetricSource]:
    return {
        measure: MetricSource(
            namespace=NAMESPACE, name=metric_name(measure), dimensions=dimensions(service), period=1
        )
        for measure in measures
    }
