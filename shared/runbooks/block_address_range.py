"""Block, for an hour, the one public range (at most a /24) that most of an attack comes from.

The WAF IP set is set up for it by tags: the rate-based rule that knows who asks too much, and the ranges that
are never blocked. Without them it refuses.
https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateIPSet.html
"""

from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Network

from shared.domain.mechanism import Approach, Cause, Sign, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
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

FEWEST = 3
"""Addresses over the limit that make a range an attacker."""
WIDEST = 24
PARAMETERS = {
    **waf.PARAMETERS,
    "Range": Parameter(
        pattern=r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}/(?:2[4-9]|3[0-2])", description="IPv4, at most a /24"
    ),
    "State": Parameter(pattern="blocked|open", description="whether it shall be in the set"),
}
SCRIPT = """def handler(events, context):
    others = [each for each in events["Addresses"] if each != events["Range"]]
    return {"Addresses": others + [events["Range"]] if events["State"] == "blocked" else others}
"""
_GIVEN = {"Addresses": "{{ GetIPSet.Addresses }}", "Range": "{{ Range }}", "State": "{{ State }}"}
_UPDATED = {
    "Description": "{{ Description }}",
    "Addresses": "{{ Changed.Addresses }}",
    "LockToken": "{{ GetIPSet.LockToken }}",
}


def _tag(name: str) -> Observation:
    return Observation(
        name=name,
        service="wafv2",
        api="ListTagsForResource",
        arguments={"ResourceARN": "{Arn}"},
        select=f"TagInfoForResource.TagList[?Key=='commander:{name.replace('_', '-')}'].Value | [0]",
        action="wafv2:ListTagsForResource",
    )


def _set(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="wafv2",
        api="GetIPSet",
        arguments={"Name": "{Name}", "Scope": "REGIONAL", "Id": "{Id}"},
        select=f"IPSet.{select}",
        action="wafv2:GetIPSet",
    )


RUNBOOK = Runbook(
    id="block-address-range",
    version=1,
    family="protection",
    title="Block the address range that most of an attack comes from",
    resource="ip_set",
    target_pattern=f"(?P<Arn>{waf.target('ipset')})",
    target_arn=f"{waf.REGIONAL}/ipset/*/*",
    observe=(
        _set("addresses", "sort(not_null(Addresses, `[]`))"),
        _set("description", "Description"),
        _tag("own_ranges"),
        _tag("web_acl_name"),
        _tag("web_acl_id"),
        _tag("rate_rule"),
        waf.offenders("web_acl_name", "web_acl_id", "rate_rule", "not_null(ManagedKeysIPV4.Addresses, `[]`)"),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.DDOS_ATTACK}),
    symptoms=frozenset({Symptom.TRAFFIC_SURGE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.SHED_ORIGIN,
    relieves=Measure.TRAFFIC,
    actions=("wafv2:GetIPSet", "wafv2:UpdateIPSet"),
    document=document(
        "Put an address range into a WAF IP set, or take it out, and leave the others.",
        PARAMETERS,
        [
            read_step(
                "wafv2",
                "GetIPSet",
                waf.LOCKED,
                output("LockToken", "$.LockToken"),
                output("Addresses", "$.IPSet.Addresses", "StringList"),
            ),
            script_step("Changed", SCRIPT, _GIVEN, output("Addresses", "$.Payload.Addresses", "StringList")),
            api_step("wafv2", "UpdateIPSet", {**waf.LOCKED, **_UPDATED}),
        ],
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="block-address-range",
    expected_seconds=60,
    expires_seconds=3_600,
    risk="medium",  # who else is in the range is turned away too
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The narrowest public range with the most offenders of one /24, which nobody said is ours.

    Telling in a surge: who asks a lot on an ordinary day may.
    """
    state = subject.state
    own, offenders = _ranges(state.get("own_ranges")), state.get("offenders")
    if not own or offenders is None or not state.get("description"):
        return Infeasible(reason="the IP set is not set up: its description, or a tag of the commander's")
    range_, count = _worst(offenders)
    if range_ is None or count < FEWEST:
        return Infeasible(reason=f"at most {count} addresses of one /{WIDEST} are over the limit")
    if not range_.is_global:
        return Infeasible(reason=f"{range_} is not public")
    if ours := [each for each in own if range_.overlaps(each)]:
        return Infeasible(reason=f"{range_} overlaps {ours[0]}, which is ours")
    if any(range_.subnet_of(each) for each in _ranges(" ".join(state["addresses"])) or ()):
        return Infeasible(reason=f"{range_} is blocked already")
    return Feasible(
        proposal=_proposal(
            subject.service.name, subject.target, state["description"], str(range_), "blocked"
        ),
        statement=f"{count} of {len(offenders)} addresses over the limit are in {range_}",
        telling=Sign.SURGING in subject.signs,
    )


def _ranges(text: str | None) -> list[IPv4Network] | None:
    """The IPv4 ranges of a text; None for one that is none or something else: nothing is known then."""
    try:
        return [IPv4Network(each) for each in (text or "").split()]
    except ValueError:
        return None


def _worst(offenders: Iterable[str]) -> tuple[IPv4Network | None, int]:
    """The narrowest range with the offenders of the /24 that has most of them, and their number."""
    single = [IPv4Network(each) for each in offenders]
    ranges = Counter(each.supernet(new_prefix=WIDEST) for each in single if each.prefixlen >= WIDEST)
    if not ranges:
        return None, 0
    wide, count = max(ranges.items(), key=lambda item: (item[1], str(item[0])))
    inside = [each for each in single if each.subnet_of(wide)]
    narrow = inside[0]
    while not all(each.subnet_of(narrow) for each in inside):
        narrow = narrow.supernet()
    return narrow, count


def effect(proposal: Proposal, before: State) -> dict[str, list[str]]:
    """The range is in the set beside what was; or it is out of it."""
    range_ = proposal.parameters["Range"]
    wanted = {range_} if proposal.parameters["State"] == "blocked" else set()
    return {"addresses": sorted({*before["addresses"]} - {range_} | wanted)}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Without the attack the traffic is as in good times."""
    return baseline


def undo(done: Proposal, _before: State) -> Proposal:
    """The same runbook, which takes exactly that range out."""
    given = done.parameters
    return _proposal(done.service, done.target, given["Description"], given["Range"], "open")


def _proposal(service: str, target: str, description: str, range_: str, state: str) -> Proposal:
    return RUNBOOK.propose(service, target, Description=description, Range=range_, State=state)


REMEDY = Remedy(
    runbook=RUNBOOK,
    prepare=prepare,
    effect=effect,
    expect=expect,
    undo=undo,
    compare=("addresses", "description"),
)
