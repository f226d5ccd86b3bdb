"""A WAF web ACL in the local AWS, for the samples that need one."""

from typing import Any

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import unique

RULE = "too-much"


def rate_limited(aws: LocalAws, over_limit: str) -> dict[str, Any]:
    """Name, Id and ARN of a web ACL whose one rule allows 2,000 requests of an address; who asks for more."""
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": RULE}
    rule = {
        "Name": RULE,
        "Priority": 0,
        "Statement": {"RateBasedStatement": {"Limit": 2_000, "AggregateKeyType": "IP"}},
        "Action": {"Block": {}},
        "VisibilityConfig": seen,
    }
    made = aws.client("wafv2").create_web_acl(
        Name=unique("shop"),
        Scope="REGIONAL",
        Description="in front of the shop",
        DefaultAction={"Allow": {}},
        VisibilityConfig=seen,
        Rules=[rule],
        Tags=[{"Key": "local:over-limit", "Value": over_limit}],
    )
    return dict(made["Summary"])
