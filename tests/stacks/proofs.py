"""Proofs over IAM policies: an SMT solver looks at every action, resource and request context at once.

iamprover encodes how IAM evaluates policies. Conditions that it does not know it takes for true, so what it
permits is at least what IAM does: a proof that nothing more is permitted holds.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from random import Random
from typing import Any

import hypothesis
import z3
from hypothesis import strategies
from iamprover.engine.context import Context
from iamprover.engine.encoder import allowed
from iamprover.engine.patterns import iam_pattern_to_re
from iamprover.model import Policy, Principal
from iamprover.parsers.iam import parse_policy_document

from shared.domain.naming import Place
from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook

Document = Mapping[str, Any]
MILLISECONDS = 5_000
"""Until the solver gives up, which is no proof."""
FIRST = hypothesis.settings(database=None, phases=[hypothesis.Phase.generate])
"""Not the simplest example: to look for that takes seconds."""
EXACT = {"ForAnyValue:StringEquals": "StringEquals"}
"""The same for a key with one value, and known to iamprover."""


@dataclass(frozen=True)
class Right:
    """One action on the resources of a pattern, in a request with this context."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


UNDECIDED = Right("", "")


class Permitted:
    """What `policy` permits at a time, capped by each of `caps` (a session's policy, a boundary)."""

    def __init__(self, policy: Document, *caps: Document, at: datetime) -> None:
        self._action, self._resource = z3.String("action"), z3.String("resource")
        self._context = Context()
        principal = Principal("arn:aws:iam::111122223333:role/any", [_policy(policy, at)])
        bounds = [_policy(each, at) for each in caps]
        said = [each for one in (*principal.policies, *bounds) for each in one.statements]
        self._actions = {_instance(name.lower()) for each in said for name in each.actions}
        self._resources = {_instance(arn) for each in said for arn in each.resources}
        self._term = allowed(principal, self._action, self._resource, self._context, scps=bounds)

    def beyond(self, rights: Iterable[Right]) -> Right | None:
        """Something that is permitted and is none of these rights, or None: a proof that there is nothing."""
        return self._found(z3.Not(z3.Or(*map(self._covers, rights))))

    def lacks(self, rights: Iterable[Right]) -> list[Right]:
        """Those of the rights of which nothing is permitted."""
        return [each for each in rights if self._found(self._covers(each)) is None]

    def _covers(self, right: Right) -> Any:
        return z3.And(
            self._action == z3.StringVal(right.action.lower()),
            z3.InRe(self._resource, iam_pattern_to_re(right.resource)),
            *(self._context.string(key) == z3.StringVal(value) for key, value in right.context.items()),
        )

    def _found(self, term: Any) -> Right | None:
        """A proof is found within milliseconds; a counterexample may have to be guessed from what is said."""
        if (found := self._solved(term)) is not UNDECIDED:
            return found
        for action, resource in product(sorted(self._actions), sorted(self._resources)):
            one = z3.And(term, self._action == action, self._resource == resource)
            if (found := self._solved(one)) not in (None, UNDECIDED):
                return found
        raise AssertionError("undecided")

    def _solved(self, term: Any) -> Right | None:
        solver = z3.Solver()
        solver.set("timeout", MILLISECONDS)
        solver.add(self._term, term)
        match solver.check():
            case z3.unsat:
                return None
            case z3.sat:
                model = solver.model()
                action, resource = (
                    model.eval(one, True).as_string() for one in (self._action, self._resource)
                )
                return Right(action, resource, self._context.assignments(model))
        return UNDECIDED


def _instance(pattern: str) -> str:
    """A text that a pattern of IAM matches."""
    return pattern.replace("*", "x").replace("?", "x")


def _policy(document: Document, at: datetime) -> Policy:
    """As iamprover takes it, with its end already decided: an Allow that is over allows nothing."""
    statements = []
    for each in document["Statement"]:
        conditions = {EXACT.get(name, name): keys for name, keys in each.get("Condition", {}).items()}
        end = conditions.pop("DateLessThan", {})
        assert set(end) <= {"aws:CurrentTime"}
        if not end or at < datetime.fromisoformat(end["aws:CurrentTime"]):
            statements.append({**each, "Condition": conditions})
    return parse_policy_document("policy", {"Statement": statements})


def sampled(runbook: Runbook, place: Place) -> Proposal:
    """A proposal that the runbook takes, for a target in a place, made from its patterns alone."""
    target = _placed(_example(runbook.target_pattern), place)
    match = re.fullmatch(runbook.target_pattern, target)
    assert match is not None
    bound = match.groupdict()
    given = {
        name: _placed(_example(each.pattern), place)
        for name, each in runbook.parameters.items()
        if name not in bound
    }
    return runbook.propose("checkout", target, **given)


def _placed(text: str, place: Place) -> str:
    """An ARN with the Region and account of a place, where it has any; another text as it is."""
    parts = text.split(":", 5)
    if parts[0] == "arn":
        parts[3], parts[4] = parts[3] and place.region, parts[4] and place.account
    return ":".join(parts)


def _example(pattern: str) -> str:
    """A text that the pattern matches in full, the same in every run."""
    texts = strategies.from_regex(pattern, fullmatch=True, alphabet=strategies.characters(codec="ascii"))
    return str(hypothesis.find(texts, bool, settings=FIRST, random=Random(1)))
