"""`commander runbook new`: the three files of a runbook, which lint refuses until they are filled in."""

from pathlib import Path

from scripts.runbooks.lint import ID, places
from scripts.synth import REPOSITORY
from shared.domain.errors import CommandRefused
from shared.runbooks.catalogue import remedies

RUNBOOK = '''\
"""TODO: what it does, in one sentence."""

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Infeasible,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import api_document
from shared.runbooks.catalogue_observations import looks

NAME = r"/[A-Za-z0-9_.-]{{1,255}}"  # TODO: what a target's name may be
PARAMETERS = {{
    "Name": Parameter(pattern=NAME, description="TODO: one entry a parameter of the document"),
    "Value": Parameter(pattern=r"[A-Za-z0-9_.-]{{1,64}}", description="TODO"),
}}

RUNBOOK = Runbook(
    id="{id}",
    version=1,
    family="TODO: configuration, capacity, restart ...",
    title="TODO",
    resource="TODO: which of a service's resources it acts on",
    # TODO: the target's ARN; a group binds the parameter of its name
    target_pattern=rf"arn:aws:ssm:[a-z0-9-]+:[0-9]{{{{12}}}}:parameter(?P<Name>{{NAME}})",
    target_arn="arn:aws:ssm:{{region}}:{{account}}:parameter/*",  # TODO: the same, as IAM writes it
    # TODO: what its preconditions, its effect and its undo look at
    observe=looks("ssm", "GetParameter", {{"Name": "{{Name}}"}}, {{"value": "Parameter.Value"}}),
    parameters=PARAMETERS,
    causes=frozenset({{Cause.CONFIGURATION_CHANGE}}),  # TODO: of the mechanism table
    symptoms=frozenset({{Symptom.ERRORS}}),  # TODO: classifications of incidents that it fits
    approach=Approach.UNDO_CHANGE,  # TODO: its place among remedies for the same cause
    relieves=Measure.SATURATION,  # TODO
    actions=("ssm:PutParameter",),  # TODO: exactly what the document's calls need
    # TODO: its calls; or Adopted(name, version, sha256) of a document that is in your account
    document=api_document(
        "TODO",
        PARAMETERS,
        "ssm",
        "PutParameter",
        {{"Name": "{{{{ Name }}}}", "Value": "{{{{ Value }}}}", "Overwrite": True}},
    ),
    reversibility=Reversibility.REVERSIBLE,  # TODO
    inverse="{id}",  # TODO: None if nothing can be put back
    expected_seconds=10,  # TODO: until its effect shows
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """TODO: when it can be done, and with which parameters."""
    return Infeasible(reason=f"TODO: what does not fit {{subject.target}}")


def effect(proposal: Proposal, _before: State) -> dict[str, str]:
    """TODO: what the observations will say."""
    return {{"value": proposal.parameters["Value"]}}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """TODO: what the relieved measure will be."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """TODO: what puts back what was there before."""
    return RUNBOOK.propose(done.service, done.target, Value=str(before["value"]))


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("value",))
'''
SAMPLE = '''\
"""TODO: a target in the state in which the runbook is right."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample
from shared.domain.errors import CommandRefused


def make(aws: LocalAws) -> str:
    """The target's ARN."""
    raise CommandRefused("TODO: make it through aws.client(...)")


SAMPLE = Sample(make)
'''
TEST = '''\
"""{id}: what it proposes, what it refuses, and that its undo puts things back."""

import pytest

from shared.domain.runbook import Infeasible, Subject
from shared.domain.service import Service
from shared.runbooks.{name} import REMEDY
from tests.sample import NOON

SHOP = Service(name="checkout", application="shop")
TARGET = "TODO: an ARN"


def subject(**state):
    return Subject(SHOP, TARGET, state, NOON)


def test_it_proposes_and_its_undo_puts_back():
    before = subject(value="TODO")
    proposal = REMEDY.prepare(before).proposal
    REMEDY.runbook.check(proposal)
    assert REMEDY.effect(proposal, before.state) == {{"value": "TODO"}}
    undone = REMEDY.undo(proposal, before.state)
    REMEDY.runbook.check(undone)
    assert undone.parameters["Value"] == "TODO"


@pytest.mark.parametrize("state", [{{}}])  # TODO: every state in which it must not be done
def test_it_refuses(state):
    assert isinstance(REMEDY.prepare(subject(**state)), Infeasible)
'''


def files(id_: str, root: Path = REPOSITORY) -> dict[Path, str]:
    """Where the files of a new runbook are, and what is in them."""
    texts = (RUNBOOK, SAMPLE, TEST)
    return {
        place: text.format(id=id_, name=id_.replace("-", "_"))
        for place, text in zip(places(id_, root), texts, strict=True)
    }


def create(id_: str, root: Path = REPOSITORY) -> tuple[Path, ...]:
    """Write the files of a new runbook.

    Raises:
        CommandRefused: the id is none, or is taken; nothing was written.
    """
    made = files(id_, root)
    if ID.fullmatch(id_) is None or id_.startswith("catalogue"):
        raise CommandRefused(f"{id_!r}: an id is lower case words with hyphens, such as restart-service")
    taken = [path for path in made if path.exists()]
    if id_ in remedies() or taken:
        raise CommandRefused(f"{id_} is there already: {taken[0].name if taken else 'choose another id'}")
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return tuple(made)
