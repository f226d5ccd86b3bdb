"""The rules, as a table in plain words; each of them decides a row, and nothing else decides."""

from dataclasses import dataclass
from typing import Any

import pytest

from shared.domain.errors import InvalidConfiguration
from shared.domain.facts import Author
from shared.domain.policy import MACHINES, Outcome, PolicyRequest, Role
from shared.policies.cedar import CedarEngine, sources
from tests.policies import TARGET, request

ENGINE = CedarEngine()
PERMIT, ASK, DENY = Outcome.PERMIT, Outcome.NEEDS_APPROVAL, Outcome.DENY
OPTIONAL = (
    "tags", "depending", "tier", "autonomy", "stopped", "freeze", "tries", "harmed", "actions_last_hour",
)  # fmt: skip
ADA, BOB = "ada@example.com", "bob@example.com"
IMPORTANT, SUPPORTING = {"tier": "important"}, {"tier": "supporting"}
REGRADED = {"freeze": "sale", "severity": "critical", "regraded": True}
TWICE = ("approved", "two-people")
FROZEN = {"change-freeze", *TWICE}
FREEZE, DATA = {"freeze": "sale", "leads": []}, {"touches_data": True}
SAFE_ONLY = {"safe-when-degraded"}
ON_CALL, LEAD = Role.ON_CALL, Role.INCIDENT_LEAD

ONE: tuple[set[str], int, Role] = ({"approved"}, 1, ON_CALL)
TWO: tuple[set[str], int, Role] = ({"two-people"}, 2, LEAD)
ONE_LEAD: tuple[set[str], int, Role] = ({"change-freeze", "approved"}, 1, LEAD)


@dataclass(frozen=True)
class Row:
    """In words, what differs from the permitted action, and the answer."""

    words: str
    facts: dict[str, Any]
    outcome: Outcome
    rules: set[str]
    approvals: int = 0
    role: Role | None = None


TABLE = [
    Row("L3 runs a safe remedy by itself", {}, PERMIT, {"autonomous"}),
    Row("a restart too", {"reversibility": "transient"}, PERMIT, {"autonomous"}),
    Row("L0 observes", {"autonomy": "L0", "approvers": [ADA, BOB]}, DENY, {"advice-only"}),
    Row("L1 advises, whoever approves", {"autonomy": "L1", "approvers": [ADA, BOB]}, DENY, {"advice-only"}),
    Row("L2 asks one person", {"autonomy": "L2"}, ASK, *ONE),
    Row("L2 runs what one person approved", {"autonomy": "L2", "approvers": [ADA]}, PERMIT, {"approved"}),
    Row("a medium risk asks nobody at L3", {"risk": "medium"}, PERMIT, {"autonomous"}),
    Row("a high risk asks one person at L3", {"risk": "high"}, ASK, *ONE),
    Row("an unheard-of risk too", {"risk": "?"}, ASK, *ONE),
    Row("a compensable remedy too", {"reversibility": "compensable"}, ASK, *ONE),
    Row("critical: 2 resources ask", {"changes": 2}, ASK, *ONE),
    Row("critical: 5 dependants do not", {"depending": 5}, PERMIT, {"autonomous"}),
    Row("critical: 6 dependants ask", {"depending": 6}, ASK, *ONE),
    Row("important: 2 and 10 do not", {**IMPORTANT, "changes": 2, "depending": 10}, PERMIT, {"autonomous"}),
    Row("important: 3 resources ask", {**IMPORTANT, "changes": 3}, ASK, *ONE),
    Row("important: 11 dependants ask", {**IMPORTANT, "depending": 11}, ASK, *ONE),
    Row("supporting: 5 and 20 do not", {**SUPPORTING, "changes": 5, "depending": 20}, PERMIT, {"autonomous"}),
    Row("supporting: 6 resources ask", {**SUPPORTING, "changes": 6}, ASK, *ONE),
    Row("supporting: 21 dependants ask", {**SUPPORTING, "depending": 21}, ASK, *ONE),
    Row("data wants two people", {"touches_data": True}, ASK, *TWO),
    Row("one is not two", {"touches_data": True, "approvers": [ADA]}, ASK, *TWO),
    Row("nor is one twice", {"touches_data": True, "approvers": [ADA, " Ada@Example.com"]}, ASK, *TWO),
    Row("the irreversible too", {"reversibility": "irreversible", "approvers": [ADA]}, ASK, *TWO),
    Row("at L2 too", {"autonomy": "L2", "touches_data": True}, ASK, *TWO),
    Row("two people may", {"reversibility": "irreversible", "approvers": [ADA, BOB]}, PERMIT, {"two-people"}),
    Row("the kill switch stops all", {"stopped": True, "approvers": [ADA, BOB]}, DENY, {"kill-switch"}),
    Row("a freeze asks when it is critical", {"freeze": "sale"}, ASK, {"change-freeze", "approved"}, 1, LEAD),
    Row("and then it runs", {"freeze": "sale", "approvers": [ADA]}, PERMIT, {"autonomous", "approved"}),
    Row("a yes of who is on call breaks no freeze", {**FREEZE, "approvers": [ADA]}, ASK, *ONE_LEAD),
    Row("two of them neither", {**FREEZE, "approvers": [ADA, BOB]}, ASK, *ONE_LEAD),
    Row("one lead is not two", {**DATA, "approvers": [ADA, BOB], "leads": [ADA]}, ASK, *TWO),
    Row("else it waits", {"freeze": "sale", "severity": "high", "approvers": [ADA]}, DENY, {"change-freeze"}),
    Row("who made it critical is not enough", {**REGRADED, "approvers": [ADA]}, ASK, FROZEN, 2, LEAD),
    Row("two are", {**REGRADED, "approvers": [ADA, BOB]}, PERMIT, {"autonomous", *TWICE}),
    Row("a degraded quorum runs what is safe", {"decision": "degraded_quorum"}, PERMIT, {"autonomous"}),
    Row("and nothing else", {"decision": "degraded_quorum", "reversibility": "transient"}, DENY, SAFE_ONLY),
    Row("a fallback too", {"decision": "priority_fallback", "touches_data": True}, DENY, SAFE_ONLY),
    Row("on one resource", {"decision": "priority_fallback", "changes": 2}, DENY, SAFE_ONLY),
    Row("what a human suggested was not voted", {"decision": "human"}, DENY, {"decided-by-vote"}),
    Row("nor what nobody decided", {"decision": "none"}, DENY, {"decided-by-vote"}),
    Row("the third action of the hour", {"actions_last_hour": 2}, PERMIT, {"autonomous"}),
    Row("the fourth waits", {"actions_last_hour": 3}, DENY, {"actions-per-hour"}),
    Row("or sooner", {"actions_last_hour": 1, "actions_per_hour": 1}, DENY, {"actions-per-hour"}),
    Row("a second try", {"tries": 1}, PERMIT, {"autonomous"}),
    Row("no third", {"tries": 2, "approvers": [ADA, BOB]}, DENY, {"third-try"}),
    Row("never again what did harm", {"tries": 1, "harmed": True}, DENY, {"harm-before"}),
    Row("another account", {"target": TARGET.replace("000000000000", "111122223333")}, DENY, {"own-place"}),
    Row("another Region", {"target": TARGET.replace("us-east-1", "eu-west-1")}, DENY, {"own-place"}),
    Row(
        "unless it is configured",
        {"target": TARGET.replace("us-east-1", "eu-west-1"), "places": ["000000000000/eu-west-1"]},
        PERMIT,
        {"autonomous"},
    ),
    Row("neither in the ARN", {"target": "arn:aws:s3:::bucket"}, DENY, {"own-place"}),
    Row("no ARN at all", {"target": "checkout"}, DENY, {"own-place", "known-facts"}),
    Row("protected", {"tags": {"commander:protected": "true"}}, DENY, {"protected-target"}),
    Row("however it is written", {"tags": {"commander:protected": "Yes"}}, DENY, {"protected-target"}),
    Row("not protected any more", {"tags": {"commander:protected": "false"}}, PERMIT, {"autonomous"}),
    Row("other tags", {"tags": {"team": "shop"}}, PERMIT, {"autonomous"}),
    Row("no machine approves", {"autonomy": "L2", "approvers": ["Workflow"]}, DENY, {"no-self-approval"}),
    Row("nor does nobody", {"approvers": [" "]}, DENY, {"no-self-approval"}),
    *(
        Row(f"unknown: {fact}", {fact: None, "approvers": [ADA, BOB]}, DENY, {"known-facts"})
        for fact in OPTIONAL
    ),
]  # fmt: skip


def differs(engine: CedarEngine, row: Row) -> bool:
    said = engine.decide(request(**row.facts))
    found = (said.outcome, {rule.id for rule in said.rules}, said.approvals, said.role)
    return found != (row.outcome, row.rules, row.approvals, row.role)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.words)
def test_the_table(row: Row) -> None:
    assert not differs(ENGINE, row)


@pytest.mark.parametrize("dropped", sources())
def test_without_a_rule_a_row_of_the_table_differs(dropped: str) -> None:
    weaker = CedarEngine({id_: text for id_, text in sources().items() if id_ != dropped})
    assert any(differs(weaker, row) for row in TABLE)


def test_without_rules_nothing_is_permitted() -> None:
    said = CedarEngine({}).decide(request(approvers=[ADA, BOB]))
    assert (said.outcome, [rule.id for rule in said.rules]) == (DENY, ["default-deny"])


def test_what_is_unknown_is_named() -> None:
    said = ENGINE.decide(request(tags=None, target="checkout"))
    assert said.unknown == ("tags", "place")
    assert said.reasons[-1] == "unknown: tags, place"


def test_a_request_that_cedar_cannot_read_is_denied() -> None:
    said = ENGINE.decide(request(actions_last_hour=2**63))
    assert (said.outcome, [rule.id for rule in said.rules]) == (DENY, ["not-evaluated"])


def test_machines_are_all_authors_but_the_operator() -> None:
    assert {author.value for author in Author} - {Author.OPERATOR} == MACHINES


def test_every_field_of_a_request_is_wanted_but_what_older_logs_do_not_have() -> None:
    given = {name for name, field in PolicyRequest.model_fields.items() if not field.is_required()}
    assert given == {"regraded", "leads"}


APPROVED = sources()["approved"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (APPROVED.replace("touches_data", "touches_dta"), "approved.cedar:8: .* `touches_dta`"),
        (
            APPROVED.replace("context has autonomy &&", ""),
            "approved.cedar:6: .* optional attribute `autonomy`",
        ),
        (APPROVED.replace("&&\n", "& &\n", 1), "approved.cedar:6: Policy parse error: invalid token"),
        (APPROVED.replace("};", "}"), "approved.cedar:10: Policy parse error: unexpected end of input"),
        (APPROVED.replace('@id("approved")', ""), "approved.cedar:1: wants @id"),
        (APPROVED.replace("on_call", "boss"), "approved.cedar:1: @role is one of on_call, incident_lead"),
        (APPROVED + APPROVED, "approved.cedar:1: holds 2 rules"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(wrong: str, sentence: str) -> None:
    with pytest.raises(InvalidConfiguration, match=sentence):
        CedarEngine({"approved": wrong})
