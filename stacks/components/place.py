"""Where a stack is, in references that CloudFormation resolves."""

from aws_cdk import Aws

from shared.domain.naming import Place
from stacks.stage import StageConfig


def here(stage: StageConfig) -> Place:
    """The stack's own account and Region."""
    return Place(stage.name, Aws.ACCOUNT_ID, Aws.REGION, Aws.PARTITION)


def in_this_account(arn: str) -> str:
    """An ARN pattern of a runbook, in this account and Region."""
    return arn.format(region=Aws.REGION, account=Aws.ACCOUNT_ID)
