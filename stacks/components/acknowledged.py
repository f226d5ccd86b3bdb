"""Findings of cdk-nag that we live with, each with its written reason."""

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept one rule's findings on a construct and what is in it."""
    rule_id = f"AwsSolutions::AwsSolutions-{rule}"
    Validations.of(construct).acknowledge(Acknowledgment(id=rule_id, reason=reason))


def acknowledge_wildcard(construct: IConstruct, arn: str, reason: str) -> None:
    """Accept one ARN pattern in the policies of a construct, and no other."""
    acknowledge(construct, f"IAM5[Resource::{_flat(Stack.of(construct).resolve(arn))}]", reason)


def _flat(value: Any) -> str:
    """A resolved ARN as cdk-nag writes it: references in angle brackets, but imports."""
    if isinstance(value, str):
        return value
    ((kind, argument),) = value.items()
    if kind == "Fn::Join":
        return str(argument[0]).join(map(_flat, argument[1]))
    if kind == "Fn::ImportValue":
        return str(argument)
    return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
