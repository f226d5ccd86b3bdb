"""The storefront's edge: a web ACL that counts who asks too much, and the IP set of what is blocked."""

from ipaddress import IPv4Network
from typing import Any

from scripts.local_aws.process import LocalAws
from scripts.patient.log_lines import ATTACKERS
from scripts.patient.topology import APPLICATION, BLOCKED

OWN_RANGES = "198.51.100.0/24 10.0.0.0/8"
"""The partner's and the office's: never blocked."""
PARTNER = "198.51.100.20/32"
OFFENDERS = (*(f"{ATTACKERS}.{last}/32" for last in (7, 80, 91, 140, 233)), PARTNER)
"""Who asks for more than the rate-based rule allows while there is an attack: the partner does too."""
RANGE = f"{ATTACKERS}.0/24"
_RULE = "asks-too-much"
_SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}


def create(aws: LocalAws) -> str:
    """The IP set's id. Made with its web ACL when it is missing, emptied when it is not; safe to repeat."""
    waf = aws.client("wafv2")
    found = [one for one in waf.list_ip_sets(Scope="REGIONAL")["IPSets"] if one["Name"] == BLOCKED]
    if found:
        identity = {"Name": BLOCKED, "Scope": "REGIONAL", "Id": found[0]["Id"]}
        now = waf.get_ip_set(**identity)
        if now["IPSet"]["Addresses"]:
            described = {"Description": now["IPSet"]["Description"], "LockToken": now["LockToken"]}
            waf.update_ip_set(**identity, **described, Addresses=[])
        return str(found[0]["Id"])
    acl = _web_acl(waf)
    tags = {
        "own-ranges": OWN_RANGES,
        "web-acl-name": acl["Name"],
        "web-acl-id": acl["Id"],
        "rate-rule": _RULE,
    }
    made = waf.create_ip_set(
        Name=BLOCKED,
        Scope="REGIONAL",
        Description="in front of web",
        IPAddressVersion="IPV4",
        Addresses=[],
        Tags=[{"Key": f"commander:{name}", "Value": value} for name, value in tags.items()],
    )
    return str(made["Summary"]["Id"])


def find(aws: LocalAws) -> str:
    """The id of the IP set that was made before."""
    sets = aws.client("wafv2").list_ip_sets(Scope="REGIONAL")["IPSets"]
    return str(next(one["Id"] for one in sets if one["Name"] == BLOCKED))


def is_blocked(aws: LocalAws, identity: str) -> bool:
    """Whether the attackers' requests are turned away."""
    found = aws.client("wafv2").get_ip_set(Name=BLOCKED, Scope="REGIONAL", Id=identity)
    return any(IPv4Network(RANGE).subnet_of(IPv4Network(one)) for one in found["IPSet"]["Addresses"])


def count(aws: LocalAws, *, attacked: bool) -> None:
    """Let the rate-based rule turn away those who ask too much while there is an attack."""
    waf = aws.client("wafv2")
    (acl,) = [one for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == APPLICATION]
    over = " ".join(OFFENDERS) if attacked else ""
    waf.tag_resource(ResourceARN=acl["ARN"], Tags=[{"Key": "local:over-limit", "Value": over}])


def _web_acl(waf: Any) -> dict[str, Any]:
    rule = {
        "Name": _RULE,
        "Priority": 0,
        "Statement": {"RateBasedStatement": {"Limit": 2_000, "AggregateKeyType": "IP"}},
        "Action": {"Block": {}},
        "VisibilityConfig": {**_SEEN, "MetricName": _RULE},
    }
    made = waf.create_web_acl(
        Name=APPLICATION,
        Scope="REGIONAL",
        Description="in front of the storefront",
        DefaultAction={"Allow": {}},
        VisibilityConfig={**_SEEN, "MetricName": APPLICATION},
        Rules=[rule],
    )
    return dict(made["Summary"])
