"""Grants that outgrow one policy: managed policies of so many ARNs that each stays within IAM's limit."""

from collections.abc import Iterable, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.function import statement

ARNS = 36
"""In one policy, which may have 6,144 characters: one with its actions has at most 170 (a test measures it).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
Grant = tuple[Sequence[str], str]  # actions, ARN


class ManagedPolicies(Construct):
    """Each grant in one of `policies`, whose patterns are accepted for the reason `because`."""

    def __init__(self, scope: Construct, id_: str, *, grants: Iterable[Grant], because: str) -> None:
        super().__init__(scope, id_)
        ordered = sorted(grants, key=lambda grant: list(grant[0]))  # equal actions make one statement
        parts = [ordered[start : start + ARNS] for start in range(0, len(ordered), ARNS)]
        self.policies = [
            self._policy(f"Part{number}", part, because) for number, part in enumerate(parts, start=1)
        ]

    def attach(self, role: iam.IRole) -> None:
        """Give a role all of them."""
        for policy in self.policies:
            role.add_managed_policy(policy)

    def _policy(self, id_: str, part: Sequence[Grant], because: str) -> iam.ManagedPolicy:
        statements = [statement(actions, [arn]) for actions, arn in part]
        policy = iam.ManagedPolicy(self, id_, description=because, statements=statements)
        for _, arn in part:
            if "*" in arn:
                acknowledge_wildcard(policy, arn, because)
        return policy
