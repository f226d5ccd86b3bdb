"""An IP set that blocks one address, while three others of one range ask too much."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, unique
from scripts.runbooks.web_acls import RULE, rate_limited


def make(aws: LocalAws) -> str:
    """The IP set's ARN."""
    acl = rate_limited(aws, over_limit="11.22.33.7/32 11.22.33.9/32 11.22.33.80/32 11.22.44.1/32")
    tags = {
        "own-ranges": "198.51.100.0/24 10.0.0.0/8",
        "web-acl-name": acl["Name"],
        "web-acl-id": acl["Id"],
        "rate-rule": RULE,
    }
    made = aws.client("wafv2").create_ip_set(
        Name=unique("blocked"),
        Scope="REGIONAL",
        Description="blocked by the shop",
        IPAddressVersion="IPV4",
        Addresses=["11.99.0.1/32"],
        Tags=[{"Key": f"commander:{name}", "Value": value} for name, value in tags.items()],
    )
    return str(made["Summary"]["ARN"])


SAMPLE = Sample(make)
