"""A target group of two addresses: at one the gateway answers, at the other nobody."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The target group's ARN."""
    balancer = aws.client("elbv2")
    made = balancer.create_target_group(
        Name=unique("web"),
        Protocol="HTTP",
        Port=80,
        VpcId="vpc-12345678",
        TargetType="ip",
        HealthCheckPath="/_ministack/health",
    )
    group = str(made["TargetGroups"][0]["TargetGroupArn"])
    targets = [{"Id": "127.0.0.1", "Port": aws.running.port}, {"Id": "127.0.0.2", "Port": 1}]
    balancer.register_targets(TargetGroupArn=group, Targets=targets)
    return group


SAMPLE = Sample(make)
