"""docs/policy.md, made from the rules: `python -m scripts.policy.page > docs/policy.md`."""

import sys

from shared.domain.policy import Effect, Rule
from shared.policies.cedar import CedarEngine

PAGE = """\
# Policy

Before anything is executed the workflow function asks [Cedar](https://docs.cedarpolicy.com) whether it may
be. Each rule is a file of `shared/policies/`; its facts are in `schema.cedarschema`. What no rule permits
is denied, and a rule that forbids is stronger than all that permit. This page is made from the rules:
`python -m scripts.policy.page > docs/policy.md`.

{permits}

{forbids}

A rule with a role is satisfied by approvals: an action that would be permitted with one or two of them is
not denied but waits for people with that role. Two approvals are of two different people. Policy is asked
again after a yes, with the roles of those who said it: when it wants a lead or a second person by then,
people are asked once more. A fact that
cannot be found out is unknown, and unknown is denied. Rules without a role are satisfied by nobody: the
kill switch is resumed, a third try waits a day.

The level is the stage's (`autonomy`, or the most specific entry of `autonomy_by`: a runbook counts more
than a tier), unless a person set another at run time. A remedy that did harm is lowered to L1 on its tier,
until a person sets its level again.

    commander policy explain INC-…                       # which rule permitted or forbade it, in words
    commander policy explain --runbook R --service S --level L2 --approvals 1
    commander policy stop --reason "…"                   # the kill switch; `resume` ends it
    commander policy level RUNBOOK TIER L2 --reason "…"  # promote, demote, or lift a demotion
    commander policy show                                # switch, levels and freezes of a stage

A rule is added as one file with an `@id` (the file's name), a `@description` (the words above) and, where
an approval satisfies it, a `@role`; then a row in `tests/unit/test_policy.py`, which fails for a rule that
decides no row. Synthesis refuses a rule that does not fit the schema, with its line.
"""


def page() -> str:
    """The whole page."""
    rules = CedarEngine().rules
    tables = {effect: _table(effect, [rule for rule in rules if rule.effect is effect]) for effect in Effect}
    return PAGE.format(permits=tables[Effect.PERMIT], forbids=tables[Effect.FORBID])


def _table(effect: Effect, rules: list[Rule]) -> str:
    rows = (f"| `{rule.id}` | {rule.words} | {rule.role or ''} |" for rule in rules)
    return "\n".join([f"| {effect}s | in words | role |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(page())
