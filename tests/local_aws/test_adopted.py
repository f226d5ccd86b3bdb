"""A document that somebody made is run at its pinned version, and not when it says something else."""

import pytest

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import unique
from scripts.runbooks.samples import samples
from scripts.runbooks.trial import Trial, prepared
from shared.domain.errors import NotPinned
from shared.domain.model import digest
from shared.domain.naming import document_content
from shared.domain.runbook import Adopted, Feasible, Remedy
from shared.runbooks.restore_parameter import REMEDY, RUNBOOK

pytestmark = pytest.mark.local_aws


def adopted(aws: LocalAws, version: str) -> Trial:
    """Over a document of two versions, of which the second one restores."""
    assert isinstance(RUNBOOK.document, dict)
    name, ssm = unique("OurRestore"), aws.client("ssm")
    first = document_content({**RUNBOOK.document, "description": "The first."})
    ssm.create_document(Name=name, DocumentType="Automation", Content=first)
    ssm.update_document(Name=name, Content=document_content(RUNBOOK.document), DocumentVersion="$LATEST")
    document = Adopted(name=name, version=version, sha256=digest(RUNBOOK.document))
    return Trial(aws, RUNBOOK.model_copy(update={"document": document}))


def feasible(aws: LocalAws, trial: Trial) -> Feasible:
    sample = samples()[RUNBOOK.id]
    target = sample.make(aws)
    remedy = Remedy(trial.runbook, REMEDY.prepare, REMEDY.effect, REMEDY.expect, REMEDY.undo, REMEDY.compare)
    found = prepared(remedy, sample.service, target, trial.observe(target))
    assert isinstance(found, Feasible)
    return found


def test_its_pinned_version_runs_with_the_grants_of_the_declaration(aws: LocalAws) -> None:
    trial = adopted(aws, "2")
    found = feasible(aws, trial)
    run = trial.ended(trial.start(found.proposal))
    assert run.status == "succeeded", run.reason
    assert trial.observe(found.proposal.target)["value"] == found.proposal.parameters["Value"]


def test_another_version_is_refused(aws: LocalAws) -> None:
    trial = adopted(aws, "1")
    with pytest.raises(NotPinned, match="OurRestore"):
        trial.start(feasible(aws, trial).proposal)
