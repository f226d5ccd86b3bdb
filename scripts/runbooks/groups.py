"""An Auto Scaling group in the local AWS, for the samples that need one."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import unique


def new_group(aws: LocalAws, instances: int) -> tuple[str, str]:
    """Name and ARN of a new group of so many instances, at most twice as many."""
    client, name = aws.client("autoscaling"), unique("web")
    client.create_launch_configuration(
        LaunchConfigurationName=name, ImageId="ami-12345678", InstanceType="t3.micro"
    )
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=name,
        MinSize=1,
        MaxSize=2 * instances,
        DesiredCapacity=instances,
        AvailabilityZones=["eu-central-1a"],
    )
    (group,) = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return name, str(group["AutoScalingGroupARN"])


def sicken(aws: LocalAws, group: str) -> None:
    """The group's first instance is unhealthy."""
    client = aws.client("autoscaling")
    (found,) = client.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    client.set_instance_health(InstanceId=found["Instances"][0]["InstanceId"], HealthStatus="Unhealthy")
