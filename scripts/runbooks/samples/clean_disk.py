"""An instance whose disk is full."""

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The instance's ARN."""
    tags = [{"Key": "commander:managed", "Value": "true"}]
    made = aws.client("ec2").run_instances(
        ImageId="ami-12345678",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{made['Instances'][0]['InstanceId']}"


SAMPLE = Sample(make, why_not="instances have no machine behind them, so no agent runs commands in them")
