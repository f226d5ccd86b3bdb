"""`commander runbook try`: one runbook on its sample in a local AWS, with just its grants, there and back."""

from collections.abc import Callable, Mapping
from typing import Any

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import eventually
from scripts.runbooks.samples import samples
from scripts.runbooks.trial import Trial, prepared
from shared.domain.errors import CommandRefused
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Remedy, State, differences, preview
from shared.runbooks.catalogue import remedies

Progress = Callable[[str], None]


def attempt(aws: LocalAws, id_: str, tell: Progress) -> None:
    """Make the sample's target, run the runbook as its own role and session, look, undo, and compare.

    Raises:
        CommandRefused: there is no such runbook, it cannot be tried here, or a step fell short; why.
    """
    remedy, sample = remedies().get(id_), samples().get(id_)
    if remedy is None or sample is None:
        raise CommandRefused(f"there is no runbook {id_} with a sample: `commander runbook list` names them")
    if sample.why_not:
        raise CommandRefused(f"{id_} cannot be tried in the local AWS: {sample.why_not}")
    trial = Trial(aws, remedy.runbook)
    tell(f"deployed {trial.document}, with a role of its own that is bounded by what it declares")
    target = sample.make(aws)
    tell(f"made {target}")
    before = trial.observe(target)
    found = prepared(remedy, sample.service, target, before)
    if not isinstance(found, Feasible):
        raise CommandRefused(f"{id_}: the preconditions do not hold on its own sample: {found.reason}")
    tell(f"preconditions hold: {found.statement}")
    effect = remedy.effect(found.proposal, before)
    if not differences(before, effect, before):
        raise CommandRefused(f"{id_}: its sample is already as it would leave it")
    for line in preview(before, effect):
        tell(f"  will change {line}")
    _run(trial, found.proposal)
    _await(trial, found.proposal, before, effect)
    tell("ran, with credentials for this target only, and the effect is there")
    _undo(aws, trial, remedy, found.proposal, before, tell)


def _undo(aws: LocalAws, trial: Trial, remedy: Remedy, done: Proposal, before: State, tell: Progress) -> None:
    inverse = remedy.undo(done, before)
    if inverse is None:
        tell(f"nothing to undo: it is {remedy.runbook.reversibility}")
        return
    own = inverse.runbook == remedy.runbook.id
    _run(trial if own else Trial(aws, remedies()[inverse.runbook].runbook), inverse)
    _await(trial, done, before, {name: before[name] for name in remedy.compare})
    tell(f"undone: {', '.join(remedy.compare)} as before")


def _run(trial: Trial, proposal: Proposal) -> None:
    run = trial.ended(trial.start(proposal))
    if run.status != "succeeded":
        raise CommandRefused(f"{proposal.runbook}: the automation failed: {run.reason}")


def _await(trial: Trial, proposal: Proposal, before: State, wanted: Mapping[str, Any]) -> None:
    """Wait, for as long as the runbook says that it takes, until the target is as wanted."""

    def unlike() -> tuple[str, ...]:
        return differences(before, wanted, trial.observe(proposal.target))

    if not eventually(lambda: not unlike(), trial.runbook.expected_seconds):
        raise CommandRefused(
            f"{proposal.runbook}: after {trial.runbook.expected_seconds} s still {'; '.join(unlike())}"
        )
