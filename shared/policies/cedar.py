"""The rules, as Cedar (https://docs.cedarpolicy.com) evaluates them: checked by the schema, parsed once."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cedarpy

from shared.domain.errors import InvalidConfiguration
from shared.domain.policy import (
    DEFAULT_DENY,
    MOST_APPROVALS,
    Effect,
    Outcome,
    PolicyRequest,
    Role,
    Rule,
    Verdict,
)

FOLDER = Path(__file__).parent
SCHEMA = FOLDER / "schema.cedarschema"
_FACTS = (
    *(set(PolicyRequest.model_fields) - {"target", "tags", "approvers", "leads"}),
    "machine_approved",
    "unknown",
)
"""What of a request is in Cedar's context by its own name; target and tags are the resource's."""


def sources() -> Mapping[str, str]:
    """Every rule's id -> its text; a rule is one file of this folder."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.cedar"))}


class CedarEngine:
    """`PolicyEngine` over the rules of this folder.

    Raises:
        InvalidConfiguration: a rule or the schema is wrong; the sentence begins with file and line.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        texts = sources() if texts is None else texts
        self._schema = _schema()
        self._rules = {id_: _rule(id_, text, self._schema) for id_, text in texts.items()}
        self._policies = cedarpy.PolicySet.from_str("\n".join(texts.values()))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, by id."""
        return tuple(self._rules.values())

    def decide(self, request: PolicyRequest) -> Verdict:
        """Whether the action may be executed: as it is, or had one or two people approved it."""
        permitted, now = self._evaluate(request, len(request.people), len(request.lead_people))
        if permitted:
            return Verdict(outcome=Outcome.PERMIT, rules=now)
        if all(rule.role is not None for rule in now):  # else no approval changes anything
            for approvals, leads in _WORTH_ASKING:
                permitted, then = self._evaluate(request, approvals, leads)
                if permitted:
                    return _ask(approvals, leads, (*now, *then))
        return Verdict(outcome=Outcome.DENY, rules=now or (DEFAULT_DENY,), unknown=request.unknown)

    def _evaluate(self, request: PolicyRequest, approvals: int, leads: int) -> tuple[bool, tuple[Rule, ...]]:
        """Whether it is permitted with so many approvals, so many of them of incident leads, and by which
        rules; an error permits nothing.
        """
        answer = cedarpy.is_authorized(
            {
                "principal": {"type": "Machine", "id": "incident-commander"},
                "action": {"type": "Action", "id": "Execute"},
                "resource": {"type": "Target", "id": request.target},
                "context": _context(request, approvals, leads),
            },
            self._policies,
            [_target(request)],
            self._schema,
        )
        said = answer.diagnostics
        if said.errors:
            wrong = Rule(id="not-evaluated", effect=Effect.FORBID, words="; ".join(said.errors)[:500])
            return False, (wrong,)
        return answer.allowed, tuple(
            self._rules[id_] for id_ in sorted(said.id_annotations_by_reason.values())
        )


_WORTH_ASKING = ((1, 0), (1, 1), (2, 0), (MOST_APPROVALS, MOST_APPROVALS))
"""(approvals, of incident leads) to try, the least to ask of people first."""


def _ask(approvals: int, leads: int, rules: Iterable[Rule]) -> Verdict:
    asking = tuple(dict.fromkeys(rule for rule in rules if rule.role is not None))
    role = Role.INCIDENT_LEAD if leads else Role.ON_CALL
    return Verdict(outcome=Outcome.NEEDS_APPROVAL, rules=asking, approvals=approvals, role=role)


def _context(request: PolicyRequest, approvals: int, leads: int) -> dict[str, Any]:
    facts = {name: getattr(request, name) for name in _FACTS}
    facts |= {
        "places": sorted(request.places),
        "approvals": approvals,
        "lead_approvals": leads,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _target(request: PolicyRequest) -> dict[str, Any]:
    return {
        "uid": {"type": "Target", "id": request.target},
        "attrs": {"place": request.place} if request.place is not None else {},
        "parents": [],
        "tags": request.tags or {},
    }


def _schema() -> cedarpy.Schema:
    text = SCHEMA.read_text(encoding="utf-8")
    try:
        return cedarpy.Schema.from_str(text)
    except ValueError as error:
        raise InvalidConfiguration(f"shared/policies/{SCHEMA.name}: {error}") from error


def _rule(id_: str, text: str, schema: cedarpy.Schema) -> Rule:
    """What a rule's annotations say, once it is known to fit the schema."""
    checked = cedarpy.validate_policies(text, schema)
    if not checked:
        message = checked.errors[0].error
        raise InvalidConfiguration(f"{_at(id_, _line(text, message))}: {message}")
    [policy] = _policies(id_, text)
    said = policy["annotations"]
    if said.get("id") != id_ or not said.get("description"):
        raise InvalidConfiguration(f'{_at(id_)}: wants @id("{id_}") and a @description')
    if said.get("role") not in (None, *Role):
        raise InvalidConfiguration(f"{_at(id_)}: @role is one of {', '.join(Role)}")
    return Rule(id=id_, effect=policy["effect"], words=said["description"], role=said.get("role"))


def _policies(id_: str, text: str) -> list[dict[str, Any]]:
    found = list(json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values())
    if len(found) != 1:
        raise InvalidConfiguration(f"{_at(id_)}: holds {len(found)} rules; a rule is one file")
    return found


def _at(id_: str, line: int = 1) -> str:
    return f"shared/policies/{id_}.cedar:{line}"


def _line(text: str, message: str) -> int:
    """Where the error is; Cedar's Python binding gives a sentence only.

    A syntax error is in the first line with which the text is wrong and not just unfinished; another one is
    in the first line that has the last name that the sentence quotes, or the rule's own.
    """
    lines = text.splitlines()
    if message.startswith("Policy parse error"):
        for number in range(1, len(lines) + 1):
            if not _unfinished("\n".join(lines[:number])):
                return number
        return len(lines)
    names = [name for name in re.findall(r"`(\w+)`", message) if name in text]
    sought = names[-1] if names else "permit" if "permit" in text else "forbid"
    return next(number for number, line in enumerate(lines, 1) if re.search(rf"\b{sought}\b", line))


def _unfinished(text: str) -> bool:
    try:
        cedarpy.PolicySet.from_str(text)
    except ValueError as error:
        return "unexpected end of input" in str(error)
    return True
