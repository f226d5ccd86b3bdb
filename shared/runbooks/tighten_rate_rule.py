"""Halve the limit of a web ACL's one rate-based rule.

An update replaces the whole web ACL, so the document hands on all that it read. What would not survive that
(search strings, which are bytes, and settings that the update would have to name) is refused.
https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
"""

from typing import Any

from shared.domain.mechanism import Approach, Cause, Sign, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Grant,
    Infeasible,
    Observation,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks import catalogue_waf as waf
from shared.runbooks.catalogue_documents import api_step, document, output, read_step, script_step

LEAST = 100
"""Requests of one address that stay allowed in the rule's window whatever happens."""
PARAMETERS = {
    **waf.PARAMETERS,
    "RuleName": Parameter(pattern=waf.NAME, description="the rate-based rule"),
    "Limit": Parameter(pattern=r"[1-9][0-9]{2,9}", description="requests of one address, at least 100"),
}
SURVIVES = frozenset(
    {"ARN", "Capacity", "DefaultAction", "Description", "Id", "LabelNamespace", "ManagedByFirewallManager"}
    | {"Name", "PostProcessFirewallManagerRuleGroups", "PreProcessFirewallManagerRuleGroups"}
    | {"RetrofittedByFirewallManager", "Rules", "Scope", "VisibilityConfig"}
)
"""What a web ACL may have: handed on, or not for an update to change."""
SCRIPT = """def handler(events, context):
    for rule in events["Rules"]:
        if rule["Name"] == events["RuleName"]:
            rule["Statement"]["RateBasedStatement"]["Limit"] = int(events["Limit"])
    return {"Rules": events["Rules"]}
"""
_GIVEN = {"Rules": "{{ GetWebACL.Rules }}", "RuleName": "{{ RuleName }}", "Limit": "{{ Limit }}"}
_UPDATED = {
    "Description": "{{ Description }}",
    "DefaultAction": "{{ GetWebACL.DefaultAction }}",
    "VisibilityConfig": "{{ GetWebACL.VisibilityConfig }}",
    "Rules": "{{ Changed.Rules }}",
    "LockToken": "{{ GetWebACL.LockToken }}",
}


def _seen(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="wafv2",
        api="GetWebACL",
        arguments={"Name": "{Name}", "Scope": "REGIONAL", "Id": "{Id}"},
        select=f"WebACL.{select}",
        action="wafv2:GetWebACL",
    )


def _referred(kind: str) -> Grant:
    """An update of a web ACL is authorised on what its rules refer to as well."""
    return Grant(
        actions=("wafv2:UpdateWebACL",), resource=f"{waf.REGIONAL}/{kind}/*", most=f"{waf.REGIONAL}/{kind}/*"
    )


RUNBOOK = Runbook(
    id="tighten-rate-rule",
    version=1,
    family="protection",
    title="Halve the limit of a web ACL's rate-based rule",
    resource="rate_rule",
    target_pattern=waf.target("webacl"),
    target_arn=f"{waf.REGIONAL}/webacl/*/*",
    observe=(
        _seen("description", "Description"),
        _seen("settings", "keys(@)"),
        _seen("rules", "to_string(Rules)"),
        _seen("limits", "Rules[?Statement.RateBasedStatement].[Name, Statement.RateBasedStatement.Limit]"),
        _seen("rule", "Rules[?Statement.RateBasedStatement].Name | [0]"),
        waf.offenders(
            "Name", "Id", "rule", "[ManagedKeysIPV4.Addresses, ManagedKeysIPV6.Addresses][] | length(@)"
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.DDOS_ATTACK}),
    symptoms=frozenset({Symptom.TRAFFIC_SURGE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.SHED_LOAD,
    relieves=Measure.TRAFFIC,
    actions=("wafv2:GetWebACL", "wafv2:UpdateWebACL"),
    also=(_referred("*set"), _referred("rulegroup")),
    document=document(
        "Set the limit of a rate-based rule, and leave everything else of the web ACL.",
        PARAMETERS,
        [
            read_step(
                "wafv2",
                "GetWebACL",
                waf.LOCKED,
                output("LockToken", "$.LockToken"),
                output("Rules", "$.WebACL.Rules", "MapList"),
                output("DefaultAction", "$.WebACL.DefaultAction", "StringMap"),
                output("VisibilityConfig", "$.WebACL.VisibilityConfig", "StringMap"),
            ),
            script_step("Changed", SCRIPT, _GIVEN, output("Rules", "$.Payload.Rules", "MapList")),
            api_step("wafv2", "UpdateWebACL", {**waf.LOCKED, **_UPDATED}),
        ],
        integers={"Limit"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="tighten-rate-rule",
    expected_seconds=60,
    expires_seconds=3_600,
    risk="medium",  # who asks much for a good reason is turned away too
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half the limit of the only rate-based rule; telling when it turns somebody away in a surge."""
    if reason := _obstacle(subject.state):
        return Infeasible(reason=reason)
    ((rule, limit),) = subject.state["limits"]
    wanted, offenders = max(int(limit) // 2, LEAST), subject.state.get("offenders") or 0
    return Feasible(
        proposal=_proposal(subject.service.name, subject.target, subject.state["description"], rule, wanted),
        statement=f"{rule} allows {limit} requests of one address, and {offenders} ask for more",
        telling=offenders > 0 and Sign.SURGING in subject.signs,
    )


def _obstacle(state: State) -> str:
    limits = state.get("limits") or []
    if len(limits) != 1:
        return f"the web ACL has {len(limits)} rate-based rules, not one"
    if int(limits[0][1]) <= LEAST:
        return f"{limits[0][0]} allows {limits[0][1]} requests of one address: {LEAST} must stay"
    if not state.get("description"):
        return "the web ACL has no description that could be handed on"
    if strange := {*state["settings"]} - SURVIVES:
        return f"an update would take away {', '.join(sorted(strange))}"
    if "SearchString" in state["rules"]:
        return "its rules have search strings, which Automation does not hand on"
    return ""


def effect(proposal: Proposal, _before: State) -> dict[str, Any]:
    """The rule has the limit."""
    return {"limits": [[proposal.parameters["RuleName"], int(proposal.parameters["Limit"])]]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Who asks too much is turned away: the traffic is as in good times."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the limit that was there before."""
    ((rule, limit),) = before["limits"]
    return _proposal(done.service, done.target, done.parameters["Description"], rule, int(limit))


def _proposal(service: str, target: str, description: str, rule: str, limit: int) -> Proposal:
    return RUNBOOK.propose(service, target, Description=description, RuleName=rule, Limit=str(limit))


REMEDY = Remedy(
    runbook=RUNBOOK,
    prepare=prepare,
    effect=effect,
    expect=expect,
    undo=undo,
    compare=("limits", "description", "settings"),
)
