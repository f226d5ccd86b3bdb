"""An environment to which the second version of its configuration has just been deployed."""

import json

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The environment's ARN."""
    client = aws.client("appconfig")
    application = client.create_application(Name=unique("shop"))["Id"]
    environment = client.create_environment(ApplicationId=application, Name="prod")["Id"]
    profile = client.create_configuration_profile(
        ApplicationId=application, Name="features", LocationUri="hosted"
    )["Id"]
    strategy = client.create_deployment_strategy(
        Name=unique("now"), DeploymentDurationInMinutes=0, GrowthFactor=100, FinalBakeTimeInMinutes=0
    )["Id"]
    for checkout in (True, False):
        version = client.create_hosted_configuration_version(
            ApplicationId=application,
            ConfigurationProfileId=profile,
            Content=json.dumps({"checkout": checkout}).encode(),
            ContentType="application/json",
        )["VersionNumber"]
        client.start_deployment(
            ApplicationId=application,
            EnvironmentId=environment,
            DeploymentStrategyId=strategy,
            ConfigurationProfileId=profile,
            ConfigurationVersion=str(version),
        )
    return f"arn:aws:appconfig:{REGION}:{ACCOUNT}:application/{application}/environment/{environment}"


SAMPLE = Sample(make)
