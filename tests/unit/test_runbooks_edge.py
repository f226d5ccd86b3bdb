"""The runbooks on API Gateway and WAF: what they propose, refuse, foretell and put back; their scripts."""

import copy
from datetime import UTC, datetime

import pytest

from shared.domain.errors import InvalidParameters
from shared.domain.runbook import Infeasible, Subject
from shared.domain.service import Service
from shared.runbooks import block_address_range, catalogue, tighten_rate_rule

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = Service(name="web", application="shop")
STAGE = "arn:aws:apigateway:eu-central-1::/restapis/a1b2c3d4e5/stages/live"
WAF = "arn:aws:wafv2:eu-central-1:111122223333:regional"
ID = "930d940e-891e-4781-a11a-7b0acd480f03"
THROTTLE, BLOCK, TIGHTEN = (
    catalogue.get(name, 1) for name in ("throttle-api-stage", "block-address-range", "tighten-rate-rule")
)
SETTINGS = ["ARN", "DefaultAction", "Description", "Id", "Name", "Rules", "VisibilityConfig"]


def stage(rate, burst):
    return Subject(SHOP, STAGE, {"rate": rate, "burst": burst}, START)


def ip_set(*offenders, **state):
    seen = {
        "addresses": ["11.99.0.1/32"],
        "description": "blocked by the shop",
        "own_ranges": "11.22.40.0/22 10.0.0.0/8",
        "offenders": [f"{each}/32" for each in offenders],
    }
    return Subject(SHOP, f"{WAF}/ipset/blocked/{ID}", {**seen, **state}, START)


def web_acl(**state):
    seen = {
        "description": "in front of the shop",
        "settings": SETTINGS,
        "rules": "[{}]",
        "limits": [["too-much", 2000]],
        "rule": "too-much",
        "offenders": 0,
    }
    return Subject(SHOP, f"{WAF}/webacl/shop/{ID}", {**seen, **state}, START)


def test_a_stages_limits_are_halved_and_put_back():
    subject = stage(200.0, 101)
    found = THROTTLE.prepare(subject)
    asked = {"restApiId": "a1b2c3d4e5", "stageName": "live", "Rate": "100", "Burst": "50"}
    assert found.proposal.parameters == asked
    assert THROTTLE.effect(found.proposal, subject.state) == {"rate": 100, "burst": 50}
    assert THROTTLE.undo(found.proposal, subject.state).parameters == {**asked, "Rate": "200", "Burst": "101"}
    assert THROTTLE.expect(found.proposal, subject.state, 180.0, 40.0) == 90.0


@pytest.mark.parametrize("limits", [(None, None), (200.0, None), (200.5, 100), (19.0, 100), (200.0, 19)])
def test_a_stage_without_limits_or_with_low_ones_is_left_alone(limits):
    assert isinstance(THROTTLE.prepare(stage(*limits)), Infeasible)


@pytest.mark.parametrize(
    ("offenders", "range_"),
    [
        (("11.22.33.7", "11.22.33.9", "11.22.33.80", "11.22.55.1"), "11.22.33.0/25"),
        (("11.22.33.4", "11.22.33.5", "11.22.33.6"), "11.22.33.4/30"),
        (("11.22.33.0", "11.22.33.255", "11.22.33.1"), "11.22.33.0/24"),
    ],
)
def test_the_narrowest_range_with_most_offenders_is_blocked_and_exactly_that_is_undone(offenders, range_):
    subject = ip_set(*offenders)
    found = BLOCK.prepare(subject)
    assert found.statement == f"3 of {len(offenders)} addresses over the limit are in {range_}"
    assert (found.proposal.parameters["Range"], found.proposal.parameters["State"]) == (range_, "blocked")
    effect = BLOCK.effect(found.proposal, subject.state)
    assert effect == {"addresses": sorted(["11.99.0.1/32", range_])}
    assert BLOCK.effect(BLOCK.undo(found.proposal, subject.state), effect) == {"addresses": ["11.99.0.1/32"]}


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (ip_set("11.22.33.1", "11.22.33.2", "11.22.34.1"), "at most 2 addresses"),
        (ip_set(), "at most 0 addresses"),
        (ip_set("10.0.0.1", "10.0.0.2", "10.0.0.3"), "not public"),
        (ip_set("203.0.113.1", "203.0.113.2", "203.0.113.3"), "not public"),
        (ip_set("11.22.41.1", "11.22.41.2", "11.22.41.3"), "is ours"),
        (ip_set("11.22.3.1", "11.22.3.2", "11.22.3.3", own_ranges="11.22.3.2/32"), "is ours"),
        (ip_set("11.22.3.1", "11.22.3.2", "11.22.3.3", addresses=["11.22.0.0/16"]), "already"),
        (ip_set("11.22.3.1", "11.22.3.2", "11.22.3.3", own_ranges=None), "not set up"),
        (ip_set("11.22.3.1", "11.22.3.2", "11.22.3.3", own_ranges="everything"), "not set up"),
        (ip_set("11.22.3.1", "11.22.3.2", "11.22.3.3", description=None), "not set up"),
        (ip_set(offenders=None), "not set up"),
    ],
)
def test_no_range_is_blocked_that_is_ours_private_blocked_or_harmless(subject, reason):
    assert reason in BLOCK.prepare(subject).reason


@pytest.mark.parametrize("range_", ["11.22.0.0/16", "0.0.0.0/0", "11.22.33.0/23", "2001:db8::/32"])
def test_nobody_can_propose_to_block_more_than_a_24(range_):
    with pytest.raises(InvalidParameters):
        BLOCK.runbook.propose(
            "web", ip_set().target, Description="of the shop", Range=range_, State="blocked"
        )


@pytest.mark.parametrize(("limit", "wanted", "offenders"), [(2000, "1000", 0), (150, "100", 4)])
def test_the_only_rate_rule_is_tightened_and_loosened_again(limit, wanted, offenders):
    subject = web_acl(limits=[["too-much", limit]], offenders=offenders)
    found = TIGHTEN.prepare(subject)
    assert (found.proposal.parameters["RuleName"], found.proposal.parameters["Limit"]) == ("too-much", wanted)
    assert TIGHTEN.effect(found.proposal, subject.state) == {"limits": [["too-much", int(wanted)]]}
    assert TIGHTEN.undo(found.proposal, subject.state).parameters["Limit"] == str(limit)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"limits": []}, "0 rate-based rules"),
        ({"limits": 2 * [["too-much", 2000]]}, "2 rate-based rules"),
        ({"limits": [["too-much", 100]]}, "must stay"),
        ({"description": None}, "description"),
        ({"settings": [*SETTINGS, "CustomResponseBodies"]}, "CustomResponseBodies"),
        ({"rules": '[{"SearchString": "L2FkbWlu"}]'}, "search strings"),
    ],
)
def test_no_web_acl_is_updated_that_would_not_survive_it(state, reason):
    assert reason in TIGHTEN.prepare(web_acl(**state)).reason


def handler(script):
    names = {}
    exec(script, names)
    return names["handler"]


@pytest.mark.parametrize(
    ("before", "state", "after"),
    [
        (["a", "b"], "blocked", ["a", "b", "c"]),
        (["a", "c"], "blocked", ["a", "c"]),
        (["a", "c", "b"], "open", ["a", "b"]),
        (["a"], "open", ["a"]),
    ],
)
def test_the_script_changes_one_range_and_leaves_the_others(before, state, after):
    given = {"Addresses": before, "Range": "c", "State": state}
    assert handler(block_address_range.SCRIPT)(given, {}) == {"Addresses": after}


def test_the_script_changes_one_limit_and_leaves_the_other_rules():
    other = {"Name": "other", "Statement": {"GeoMatchStatement": {"CountryCodes": ["DE"]}}}
    rule = {"Name": "too-much", "Statement": {"RateBasedStatement": {"Limit": 9, "AggregateKeyType": "IP"}}}
    given = {"Rules": copy.deepcopy([other, rule]), "RuleName": "too-much", "Limit": 5}
    rule["Statement"]["RateBasedStatement"]["Limit"] = 5
    assert handler(tighten_rate_rule.SCRIPT)(given, {}) == {"Rules": [other, rule]}
