"""Every runbook's target, of any service, as it was before the trouble: one table of plausible readings.

Each target is one that its runbook could be run on. Whatever can change was changed, by people who did no
harm, some minutes before the alarm: that something changed proves nothing here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from scripts.local_aws.state import ACCOUNT, REGION
from shared.domain.service import ServiceCatalogue

State = dict[str, Any]
ID = "930d940e-891e-4781-a11a-7b0acd480f03"
_WAF = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional"
_RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}"
_LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}"

ARNS: Mapping[str, str] = MappingProxyType(
    {
        "api_stage": f"arn:aws:apigateway:{REGION}::/restapis/{{plain}}/stages/live",
        "appconfig_environment": f"arn:aws:appconfig:{REGION}:{ACCOUNT}"
        ":application/{short}/environment/prod123",
        "auto_scaling_group": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:{ID}"
        ":autoScalingGroupName/{name}",
        "cache_cluster": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:{{name}}-sessions",
        "db_cluster": f"{_RDS}:cluster:{{name}}-orders",
        "db_parameter_group": f"{_RDS}:pg:{{name}}-pg",
        "dead_letter_queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}-dead",
        "dynamodb_table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{name}}",
        "ecs_service": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/storefront/{{name}}",
        "event_source_mapping": f"{_LAMBDA}:event-source-mapping:{{uuid}}",
        "instance": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-{{hex}}",
        "ip_set": f"{_WAF}/ipset/{{name}}-blocked/{ID}",
        "lambda_alias": f"{_LAMBDA}:function:{{name}}:live",
        "lambda_function": f"{_LAMBDA}:function:{{name}}",
        "parameter": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/storefront/{{name}}/setting",
        "rate_rule": f"{_WAF}/webacl/{{name}}/{ID}",
        "target_group": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
        ":targetgroup/{name}/73e2d6bc24d8a067",
    }
)
"""Kind of resource -> the ARN of a service's."""
CHANGES: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "parameter": ("ssm", 25, 2),
        "ecs_service": ("ecs", 20, 3),
        "lambda_alias": ("lambda", 16, 2),
        "lambda_function": ("lambda", 12, 4),
        "appconfig_environment": ("appconfig", 9, 3),
    }
)
"""Kind of resource -> who announces its changes, and minutes from the innocent one to the alarm.

On the faulty service, where only the time can tell it from a guilty one, and on every other.
"""


@dataclass(frozen=True)
class Owner:
    """A service at the time of the alarm."""

    name: str
    faulty: bool
    now: datetime

    def changed(self, kind: str) -> datetime:
        """When people last changed its resource of this kind."""
        _, here, elsewhere = CHANGES[kind]
        return self.now - timedelta(minutes=here if self.faulty else elsewhere)


def everywhere(catalogue: ServiceCatalogue) -> ServiceCatalogue:
    """The catalogue, where every service has every kind of resource; what it has already stays its own."""
    services = tuple(
        one.model_copy(update={"resources": {**_resources(one.name), **one.resources}})
        for one in catalogue.services
    )
    return ServiceCatalogue(services=services).validated()


def _resources(name: str) -> dict[str, str]:
    digits = f"{name.encode().hex():0<17.17}"
    known = {
        "name": name,
        "plain": f"{name:0<8}",
        "short": f"{name}x"[:7],
        "hex": digits,
        "uuid": f"{digits[:8]}{ID[8:]}",
    }
    return {kind: arn.format_map(known) for kind, arn in ARNS.items()}


def _service(owner: Owner) -> State:
    named = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/storefront-{owner.name}"
    return {
        "desired": 3,
        "running": 3,
        "controller": "ECS",
        "least": 100,
        "most": 200,
        "rollout": "COMPLETED",
        "deployment": "ecs-svc/2",
        "deployments": 1,
        "definition": f"{named}:7",
        "deployed": f"{named}:7",
        "previous": f"{named}:6",
        "previous_status": "ACTIVE",
        "deployed_at": owner.changed("ecs_service"),
        "stopped": [],
    }


def _function(owner: Owner) -> State:
    changed = owner.changed("lambda_function").isoformat()
    return {"reserved": 20, "account_limit": 1_000, "unreserved": 900, "changed_at": changed}


def _group(_owner: Owner) -> State:
    well = [{"id": f"i-0000000{each}", "health": "Healthy", "protected": False} for each in "abc"]
    return {
        "desired": 3,
        "healthy": 3,
        "suspended": [],
        "largest": 6,
        "instances": well,
        "failing": None,
        "replacements": [],
    }


def _limping_group(owner: Owner) -> State:
    """One instance has been unhealthy since last week, and nobody felt it."""
    sick = {"id": "i-0123456789abcdef0", "health": "Unhealthy", "protected": False}
    group = _group(owner)
    return {**group, "healthy": 2, "instances": [*group["instances"][:2], sick]}


def _looping_group(owner: Owner) -> State:
    times = [(owner.now - timedelta(minutes=each)).isoformat() for each in (14, 11, 8)]
    return {**_group(owner), "replacements": times}


def _table(_owner: Owner) -> State:
    return {
        "status": "ACTIVE",
        "mode": "PROVISIONED",
        "read": 5,
        "write": 10,
        "indexes": [],
        "switched": None,
    }


def _letters(owner: Owner) -> State:
    url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{owner.name}"
    return {"url": f"{url}-dead", "messages": 3, "sources": [url], "source": url, "backlog": 0, "moves": 0}


STATES: Mapping[str, Callable[[Owner], State]] = MappingProxyType(
    {
        "block-address-range": lambda owner: {
            "addresses": ["11.99.0.1/32"],
            "description": f"in front of {owner.name}",
            "own_ranges": "198.51.100.0/24 10.0.0.0/8",
            "offenders": ["11.55.66.7/32", "11.55.66.9/32", "11.55.66.80/32"],  # a crawler, as every day
        },
        "clean-disk": lambda owner: {
            "state": "running",
            "managed": "true",
            "ping": "Online",
            "platform": "Linux",
            "cleaning": None,
            "outcome": None,
        },
        "drain-target": lambda owner: {
            "registered": ["10.0.0.6:8080", "10.0.0.7:8080"],
            "healthy": 1,
            "unhealthy": [{"id": "10.0.0.7", "port": 8080, "zone": "eu-central-1a", "why": "Target.Timeout"}],
        },
        "fail-over-cache": lambda owner: {
            "status": "available",
            "automatic": "enabled",
            "zones": "enabled",
            "shards": [{"id": "0001", "status": "available"}],
            "primary": f"{owner.name}-001",
            "replicas": [f"{owner.name}-002"],
        },
        "fail-over-database": lambda owner: {
            "status": "available",
            "writer": f"{owner.name}-a",
            "readers": [{"id": f"{owner.name}-b", "tier": 1}],
            "instances": [{"id": f"{owner.name}-{each}", "status": "available"} for each in "ab"],
        },
        "limit-function-concurrency": _function,
        "pause-event-source": lambda owner: {"state": "Enabled", "result": "OK"},
        "raise-database-connections": lambda owner: {
            "connections": "100",
            "applies": "dynamic",
            "modifiable": True,
            "instances": [{"id": f"{owner.name}-db", "status": "available", "groups": [f"{owner.name}-pg"]}],
        },
        "raise-table-capacity": _table,
        "redrive-dead-letters": _letters,
        "replace-instance": _limping_group,
        "restart-service": _service,
        "restore-parameter": lambda owner: {
            "history": [
                {"value": "190", "type": "String", "at": owner.now - timedelta(days=9)},
                {"value": "200", "type": "String", "at": owner.changed("parameter")},
            ],
            "value": "200",
        },
        "roll-back-alias": lambda owner: {
            "version": "9",
            "weights": None,
            "versions": [
                {"version": "8", "at": (owner.now - timedelta(days=9)).isoformat()},
                {"version": "9", "at": owner.changed("lambda_alias").isoformat()},
            ],
        },
        "roll-back-configuration": lambda owner: {
            "latest": {
                "number": 12,
                "name": "features",
                "version": "5",
                "state": "COMPLETE",
                "at": owner.changed("appconfig_environment"),
            },
            "active": [["features", "3"], ["features", "5"]],
            "profiles": [{"id": "prof123", "name": "features"}],
        },
        "roll-back-service-deployment": _service,
        "scale-out-group": _group,
        "scale-out-service": _service,
        "stop-query-source": _function,
        "suspend-group-process": _looping_group,
        "switch-table-to-on-demand": _table,
        "throttle-api-stage": lambda owner: {"rate": 200, "burst": 100},
        "tighten-rate-rule": lambda owner: {
            "description": f"in front of {owner.name}",
            "settings": ["ARN", "DefaultAction", "Description", "Id", "Name", "Rules", "VisibilityConfig"],
            "rules": "[{}]",
            "limits": [["too-much", 2000]],
            "rule": "too-much",
            "offenders": 0,
        },
    }
)
"""Runbook -> what it reads of its target."""
