"""A web ACL whose rate-based rule turns one address away."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample
from scripts.runbooks.web_acls import rate_limited


def make(aws: LocalAws) -> str:
    """The web ACL's ARN."""
    return str(rate_limited(aws, over_limit="11.22.33.7/32")["ARN"])


SAMPLE = Sample(make)
