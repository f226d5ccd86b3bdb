"""Stack outputs under keys that never change: the CLI and the local AWS look values up by them."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack


def put_out(stack: Stack, outputs: Mapping[str, str]) -> None:
    """One output for each key, under exactly that key."""
    for key, value in outputs.items():
        CfnOutput(stack, f"{key}Output", value=value).override_logical_id(key)
