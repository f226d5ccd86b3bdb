"""What the runbooks declare to observe, each on its own targets: one set of policies for all who look."""

from collections.abc import Iterator

from constructs import Construct

from shared.runbooks.catalogue import remedies
from stacks.components.managed_policies import Grant, ManagedPolicies
from stacks.components.place import in_this_account

READ_TAGS = ("autoscaling:DescribeTags", "tag:GetResources")
"""Neither tells one resource from another."""


class Look(ManagedPolicies):
    """Read only."""

    def __init__(self, scope: Construct) -> None:
        because = "read only, and any of them may be the target of a runbook that declares to observe it"
        super().__init__(scope, "Look", grants=_grants(), because=because)


def _grants() -> Iterator[Grant]:
    seen: dict[str, set[str]] = {}
    for remedy in remedies().values():
        for one in remedy.runbook.observe:
            seen.setdefault(one.on or remedy.runbook.target_arn, set()).add(one.action)
    for pattern, actions in sorted(seen.items()):
        yield sorted(actions), in_this_account(pattern)
