"""Policy on AWS, for the one function that has the library of its rules."""

from shared.composition import aws, policy
from shared.policies.cedar import CedarEngine
from shared.runbooks.catalogue import remedies
from shared.workflow.judging import Judging


def judging() -> Judging:
    """Every fact gathered, and judged by the rules.

    Raises:
        InvalidConfiguration: a rule is wrong; synthesis would have refused it.
    """
    return Judging(
        CedarEngine(),
        policy.config(),
        policy.controls(),
        policy.history(),
        policy.tags(),
        aws.catalogue(),
        remedies(),
        aws.CLOCK,
    )
