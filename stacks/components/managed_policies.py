"""Grants that outgrow one policy: managed policies, as many as IAM's limit on each asks for."""

from collections.abc import Iterable, Iterator, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.components.acknowledged import acknowledge_wildcard
from stacks.components.function import statement

LIMIT = 6_144
"""Characters of one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
AROUND = 60
"""Characters of a statement beside its actions and its resource."""
Grant = tuple[Sequence[str], str]  # actions, ARN


class ManagedPolicies(Construct):
    """Each grant in one of `policies`, whose patterns are accepted for the reason `because`."""

    def __init__(self, scope: Construct, id_: str, *, grants: Iterable[Grant], because: str) -> None:
        super().__init__(scope, id_)
        self.policies: list[iam.ManagedPolicy] = []
        for part in _parts(grants):
            policy = iam.ManagedPolicy(
                self,
                f"Part{len(self.policies) + 1}",
                description=because,
                statements=[statement(actions, [arn]) for actions, arn in part],
            )
            for _, arn in part:
                if "*" in arn:
                    acknowledge_wildcard(policy, arn, because)
            self.policies.append(policy)

    def attach(self, role: iam.IRole) -> None:
        """Give a role all of them."""
        for policy in self.policies:
            role.add_managed_policy(policy)


def _parts(grants: Iterable[Grant]) -> Iterator[list[Grant]]:
    """In their order; a reference is written longer here than what it resolves to."""
    part: list[Grant] = []
    size = 0
    for actions, arn in grants:
        length = AROUND + len(arn) + sum(len(action) + 3 for action in actions)
        if part and size + length > LIMIT:
            yield part
            part, size = [], 0
        part.append((actions, arn))
        size += length
    if part:
        yield part
