"""A pool's size that was 20 and has just become 2."""

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The parameter's ARN."""
    name = f"/shop/{unique('pool')}"
    for value in ("20", "2"):
        aws.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"


SAMPLE = Sample(make)
