"""Every runbook, for real: it fits its sample, runs with just its grants, shows its effect, and is undone."""

from __future__ import annotations

import pytest

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, eventually
from scripts.runbooks.samples import samples
from scripts.runbooks.trial import Trial, missing, prepared
from shared.domain.runbook import Feasible, Reversibility
from shared.runbooks.catalogue import remedies

pytestmark = pytest.mark.local_aws


@pytest.fixture
def sample(runbook: str) -> Sample:
    sample = samples()[runbook]
    if sample.why_not:
        pytest.skip(sample.why_not)
    return sample


@pytest.mark.parametrize("runbook", sorted(remedies()))
def test_it_does_what_it_says_and_is_undone(aws: LocalAws, runbook: str, sample: Sample) -> None:
    remedy = remedies()[runbook]
    trial, target = Trial(aws, remedy.runbook), sample.make(aws)
    before = trial.observe(target)
    found = prepared(remedy, sample.service, target, before)
    assert isinstance(found, Feasible), found
    effect = remedy.effect(found.proposal, before)
    assert missing(effect, before, before), "the sample is already as the runbook would leave it"

    run = trial.ended(trial.start(found.proposal))
    assert run.status == "succeeded", run.reason
    after = remedy.runbook.expected_seconds
    assert eventually(lambda: not missing(effect, before, trial.observe(target)), after), trial.observe(
        target
    )

    inverse = remedy.undo(found.proposal, before)
    if inverse is None:
        assert remedy.runbook.reversibility is not Reversibility.REVERSIBLE
        return
    undoing = trial if inverse.runbook == runbook else Trial(aws, remedies()[inverse.runbook].runbook)
    undone = undoing.ended(undoing.start(inverse))
    assert undone.status == "succeeded", undone.reason

    def restored() -> bool:
        now = trial.observe(target)
        return [now[name] for name in remedy.compare] == [before[name] for name in remedy.compare]

    assert eventually(restored, after), trial.observe(target)


def test_every_sample_is_of_a_runbook() -> None:
    assert samples().keys() == remedies().keys()
