"""What is proven of each runbook and what speaks for it, for docs/runbooks.md.

`python -m scripts.runbooks.page` prints it.
"""

import sys
from collections.abc import Iterator

from scripts.runbooks.lint_calls import takes
from scripts.runbooks.samples import samples
from shared.domain.autonomy import Autonomy
from shared.domain.consensus import DecisionKind
from shared.domain.mechanism import MECHANISMS, Cause, Sign
from shared.domain.policy import Outcome, PolicyRequest
from shared.domain.runbook import Form, Remedy, Runbook
from shared.domain.service import Tier
from shared.policies.cedar import CedarEngine
from shared.runbooks.catalogue import remedies

HEAD = ("Runbook", "Runs in the local AWS", "Undo restores", "Dry run", "IAM proof", "Policy at L2", "At L3")
MECHANISM = ("Cause", "Brought by", "Signs of the service", "Shape", "The target shows", "Remedies")
READS = ("Describe", "Get", "List")
ENGINE = CedarEngine()


def table() -> str:
    """Every runbook with what is shown of it; each hole with its reason."""
    rows = [HEAD, ("---",) * len(HEAD), *map(_row, remedies().values())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def mechanisms() -> str:
    """The mechanism table, what explains most first, with the remedies in the order of preference."""
    rows = [MECHANISM, ("---",) * len(MECHANISM), *(_mechanism(cause) for cause in MECHANISMS)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def untold() -> str:
    """The runbooks that need detection, diagnosis and prediction."""
    return ", ".join(f"`{one.runbook.id}`" for one in remedies().values() if one.runbook.untold)


def asked(book: Runbook, level: Autonomy) -> PolicyRequest:
    """What policy is asked about it on a critical service that nothing depends on, in quiet times."""
    return PolicyRequest(
        runbook=book.id,
        family=book.family,
        reversibility=book.reversibility,
        touches_data=book.touches_data,
        changes=book.blast_radius,
        depending=0,
        risk=book.risk,
        form=book.form,
        target="arn:aws:any:region:account:target",
        places=frozenset({"account/region"}),
        tags={},
        service="checkout",
        tier=Tier.CRITICAL,
        severity="critical",
        decision=DecisionKind.QUORUM,
        autonomy=level,
        approvers=frozenset(),
        stopped=False,
        freeze="",
        actions_last_hour=0,
        actions_per_hour=1,
        tries=0,
        harmed=False,
    )


def _row(remedy: Remedy) -> tuple[str, ...]:
    book = remedy.runbook
    why_not = samples()[book.id].why_not
    ran = f"no: {why_not}" if why_not else "yes"
    policy = (_policy(book, level) for level in (Autonomy.APPROVE, Autonomy.AUTONOMOUS))
    return (f"`{book.id}`", ran, _undo(remedy, why_not), _dry_run(book), _iam(book), *policy)


def _mechanism(cause: Cause) -> tuple[str, ...]:
    row = MECHANISMS[cause]
    signs = (
        _names("all of", row.all_of),
        _names("one of", row.any_of),
        _names("none of", row.none_of),
    )
    cures = [one.runbook for one in remedies().values() if cause in one.runbook.causes]
    cures.sort(key=lambda one: (one.approach, one.id))
    return (
        _words(cause),
        row.change or "nobody needs to",
        "; ".join(filter(None, signs)),
        _words(row.shape),
        row.telling,
        ", ".join(f"`{one.id}`" for one in cures),
    )


def _names(how: str, signs: frozenset[Sign]) -> str:
    return f"{how} {', '.join(sorted(map(_words, signs)))}" if signs else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _undo(remedy: Remedy, why_not: str) -> str:
    if remedy.runbook.inverse is None:
        reason = (remedy.undo.__doc__ or "").split("\n")[0].rstrip(".")
        return f"no: {reason[:1].lower()}{reason[1:]}"
    return "not seen" if why_not else f"yes: {', '.join(remedy.compare)}"


def _dry_run(book: Runbook) -> str:
    if book.dry_run:
        return book.dry_run
    inputs = [step["inputs"] for step in book.steps if "Api" in step["inputs"]]
    made = {(one["Service"], one["Api"]) for one in inputs if not one["Api"].startswith(READS)}
    calls = sorted(made or {("ssm", "SendCommand")})
    able = [api for service, api in calls if takes(service, api, "DryRun")]
    if able:
        return f"no: {', '.join(able)} has one that is not used"
    return f"no: {', '.join(api for _, api in calls)} cannot"


def _iam(book: Runbook) -> str:
    if book.form is Form.CALLER:
        return "; ".join(["its target, its actions, 120 s", *_anywhere(book)])
    return "; ".join(["starting, and passing its role, 120 s", "that role: what is tagged", *_anywhere(book)])


def _anywhere(book: Runbook) -> Iterator[str]:
    free = sorted(action for grant in book.also if grant.most == "*" for action in grant.actions)
    if free:
        yield f"{', '.join(free)} on `*`: AWS knows no resource of them"


def _policy(book: Runbook, level: Autonomy) -> str:
    said = ENGINE.decide(asked(book, level))
    if said.outcome is Outcome.NEEDS_APPROVAL:
        people = "person" if said.approvals == 1 else "people"
        return f"{said.approvals} {people} ({said.role})"
    return "by itself" if said.outcome is Outcome.PERMIT else "never"


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n\n{mechanisms()}\n\n{untold()}\n")
