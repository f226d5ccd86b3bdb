"""A function that may have itself called again, after it has answered."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.components.function import Function, statement


class OwnLater(Construct):
    """The grant stands beside the role, not in it: the function waits for its role's own policy."""

    def __init__(self, scope: Construct, id_: str, *, function: Function) -> None:
        super().__init__(scope, id_)
        iam.Policy(
            self,
            "Policy",
            statements=[statement(["lambda:InvokeFunction"], [function.arn])],
            roles=[function.role],
        )
