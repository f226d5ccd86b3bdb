"""The API, asked as browsers and strangers ask it: who may what, and what bad questions come to."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.local.memory_alarms import MemoryAlarms
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.domain.answer import Outcome
from shared.domain.clearance import Caller, Clearance, cleared
from shared.domain.directory import Directory
from shared.domain.errors import AccessDenied
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.ports.alarms import Alarm, AlarmState
from shared.ports.controls import KillSwitch
from shared.ports.views import stamp
from shared.runtime.web.app import WRITING
from shared.runtime.web.request import caller_of
from shared.runtime.web.response import DATA_POLICY
from shared.views.cursors import ListCursor, question
from tests.people_sample import PEOPLE
from tests.views.house import sample
from tests.views.web import HOST, Web, caller, event

DIGEST = "0123456789abcdef" * 4
BODIES = {
    "approve": {"request": "R1", "digest": DIGEST},
    "severity": {"severity": "low", "reason": "only the staff sees it"},
    "deny": {"request": "R1", "digest": DIGEST, "reason": "no"},
    "take_over": {"reason": "mine"},
    "acknowledge": {},
    "hand_on": {"to": "bo", "reason": "my shift ends"},
    "note": {"text": "it is the pool"},
    "resolve": {"did": "restarted it", "runbook": "other", "cause": "", "over_at": "2026-03-02T12:00:00Z"},
    "reopen": {"reason": "it is back"},
    "kill_switch": {"on": True, "reason": "drill", "confirm": "local"},
    "demo_start": {"name": "memory_leak"},
    "demo_inject": {"name": "leak"},
    "demo_pause": {},
    "demo_resume": {},
    "demo_reset": {},
}
MATRIX = {
    "incidents": "viewer", "incident": "viewer", "events": "viewer", "metrics": "viewer", "audit": "viewer",
    "changes": "viewer", "health": "viewer", "autonomy": "viewer", "scorecard": "viewer",
    "runbooks": "viewer", "reasoning": "viewer", "on_call": "viewer", "me": "viewer", "openapi": "viewer",
    "dismissed": "viewer",
    "approve": "approver", "deny": "approver", "take_over": "approver", "acknowledge": "approver",
    "severity": "approver", "hand_on": "approver", "note": "approver", "resolve": "approver",
    "reopen": "approver",
    "demo": "operator", "demo_start": "operator", "demo_inject": "operator", "demo_pause": "operator",
    "demo_resume": "operator", "demo_reset": "operator",
    "kill_switch": "operator",
}  # fmt: skip
"""Route -> the least that may use it, written down here a second time on purpose."""


@pytest.fixture(scope="module")
def web() -> Web:
    return Web()


@pytest.fixture(scope="module")
def incident(web) -> str:
    return web.get("/incidents").json["incidents"][0]["id"]


def asked(web, route, incident, who):
    path = route.path.replace("<incident_id>", incident)
    return web.ask(route.method, path, body=BODIES.get(route.name), who=who)


def test_every_role_on_every_route_may_what_the_matrix_says_and_nothing_else(web, incident):
    assert {route.name for route in web.app.routes.declared} == set(MATRIX)
    for route in web.app.routes.declared:
        for clearance in Clearance:
            answer = asked(web, route, incident, caller(clearance))
            allowed = clearance.covers(Clearance(MATRIX[route.name]))
            assert (answer.status == 200) is allowed, (route.name, clearance, answer.text)
            assert allowed or answer.status == 403
        assert asked(web, route, incident, None).status == 401


def test_no_route_is_reached_that_declares_no_role(web):
    resolver = web.app._resolver
    known = {(route.method, route.path) for route in web.app.routes.declared}
    routes = resolver._static_routes + resolver._dynamic_routes
    reachable = {(route.method, route.path) for route in routes}
    assert reachable <= known


def test_the_app_that_reads_cannot_be_asked_to_write_and_names_what_the_other_one_takes(incident):
    reads, writes = Web(writes=False), Web(reads=False, demo=None)
    for name, path in (("approve", f"/incidents/{incident}/approve"), ("kill_switch", "/kill-switch")):
        assert reads.post(path, BODIES[name]).status == 404
        assert writes.post(path, BODIES[name]).status == 200
    assert writes.get("/incidents").status == 404
    assert writes.get("/openapi.json").status == 404
    declared = {(route.name, route.needs) for route in writes.app.routes.declared}
    assert declared == set(WRITING)
    assert {name for name, _ in WRITING} <= {*reads.get("/me").json["may"]}


def test_what_somebody_may_do_is_what_the_page_is_told(web, incident):
    for clearance in Clearance:
        told = web.get("/me", who=caller(clearance)).json
        assert set(told["may"]) == {n for n, least in MATRIX.items() if clearance.covers(Clearance(least))}
        assert told["role"] == clearance
    waiting = Web(sample("waiting"))
    path = f"/incidents/{incident}"
    assert waiting.get(path).json["may"] == [
        "approve",
        "deny",
        "take_over",
        "note",
        "acknowledge",
        "severity",
    ]
    assert waiting.get(path, who=caller(Clearance.VIEWER)).json["may"] == []
    assert web.get(path).json["may"] == ["note", "reopen"]  # it is over


def test_no_yes_is_offered_while_it_would_do_nothing_and_the_answer_says_why(incident):
    waiting = Web(sample("waiting"))
    path, at = f"/incidents/{incident}", waiting.seen.clock.now()
    assert waiting.get(path).json["approve_refused"] == ""
    waiting.controls.switch(KillSwitch(on=True, by="eve", at=at, reason="the database moves"))
    told = waiting.get(path).json
    assert "approve" not in told["may"]
    assert "deny" in told["may"]
    assert told["approve_refused"] == (
        "Everything is stopped by eve: the database moves. Until that is taken back, a yes would do nothing."
    )


def test_a_no_says_why(incident):
    web = Web()
    told = web.post(f"/incidents/{incident}/deny", BODIES["deny"] | {"reason": ""})
    assert told.status == 422
    assert "reason" in told.json["detail"]
    assert web.answering.heard == []


def test_all_that_is_open_can_be_asked_for_whatever_its_status(web):
    waiting = Web(sample("waiting"))
    assert [one["id"] for one in waiting.get("/incidents", "open=true").json["incidents"]] == [
        one["id"] for one in waiting.get("/incidents").json["incidents"]
    ]
    assert len(web.get("/incidents").json["incidents"]) == 1
    assert web.get("/incidents", "open=true").json["incidents"] == []  # it is resolved


@pytest.mark.parametrize(
    ("identity", "role"),
    [("arn:ada", "approver"), ("arn:cy", "operator"), ("arn:di", "viewer"), ("arn:nobody", "viewer")],
)
def test_the_directory_says_who_may_what(identity, role):
    """ada is on call, cy leads incidents, di is a stakeholder."""
    people = {one.id: one for one in PEOPLE.people}
    known = [
        one.model_copy(update={"identities": one.identities.model_copy(update={"aws": (f"arn:{one.id}",)})})
        for one in people.values()
    ]
    directory = PEOPLE.model_copy(update={"people": tuple(known)})
    web = Web(directory=MemoryDirectory(directory))
    told = web.get("/me", who=Caller(where="aws", id=identity)).json
    assert told["role"] == role, told["why"]


def test_with_an_empty_directory_iam_alone_decides():
    assert cleared(Caller(where="aws", id="arn:x"), Directory()).clearance is Clearance.OPERATOR
    assert cleared(Caller(where="aws", id="arn:x"), PEOPLE).clearance is Clearance.VIEWER


def test_a_role_that_is_asked_for_can_only_lower():
    for claimed in Clearance:
        found = cleared(Caller(where="aws", id="arn:x", claimed=claimed), PEOPLE)
        assert found.clearance is Clearance.VIEWER
        assert cleared(Caller(where="aws", id="arn:x", claimed=claimed), Directory()).clearance is claimed


NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = str((NOW + timedelta(minutes=5)).timestamp())


def vouched(**authorizer):
    return {"requestContext": {"authorizer": authorizer}}


def claims(**given):
    return vouched(jwt={"claims": {"sub": "u1", "exp": LATER, **given}})


GROUPS = {"viewer": "viewer", "approver": "approver", "operator": "operator", "sre-leads": "operator"}


def signed_in(groups, of="u1"):
    """With the token that the authorizer has checked, and what it makes of a list: one text."""
    text = f"[{' '.join(map(str, groups))}]" if isinstance(groups, list) else groups
    body = b64encode(json.dumps({"sub": of, "groups": groups}).encode(), altchars=b"-_").decode().rstrip("=")
    return claims(groups=text) | {"headers": {"Authorization": f"Bearer e30.{body}.sig"}}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (vouched(iam={"userArn": "arn:x"}), ("aws", "arn:x", None)),
        (signed_in(["viewer", "operator"]), ("oidc", "u1", "operator")),
        (signed_in("approver"), ("oidc", "u1", "approver")),
        (signed_in(["Network operator", "read-only operator"]), ("oidc", "u1", None)),
        (
            signed_in(["Operator", "operator ", "/eu/operator", "operato\u0433", "superoperator"]),
            ("oidc", "u1", None),
        ),
        (signed_in("viewer operator"), ("oidc", "u1", None)),
        (signed_in([["operator"], 7, None]), ("oidc", "u1", None)),
        (signed_in(["operator"], of="somebody else"), ("oidc", "u1", None)),
        (signed_in(["sre-leads"]), ("oidc", "u1", "operator")),
        (claims(groups="[Network operator]"), ("oidc", "u1", None)),
        (claims(groups="approver"), ("oidc", "u1", "approver")),
        (claims(), ("oidc", "u1", None)),
        (claims(exp=str(NOW.timestamp() - 1)), None),
        (claims(exp="never"), None),
        (claims(sub=""), None),
        (vouched(iam={"userArn": ""}), None),
        (vouched(jwt="forged"), None),
        (vouched(lambda_={"principalId": "x"}), None),
        ({}, None),
    ],
)
def test_only_the_authorizer_says_who_it_is(given, found):
    who = caller_of(given, "groups", GROUPS, NOW)
    assert (who and (who.where, who.id, who.claimed)) == found


def test_a_stage_without_an_issuer_takes_no_token():
    assert caller_of(claims(groups="operator"), "", GROUPS, NOW) is None


def test_a_token_without_a_role_only_looks(web):
    told = web.get("/me", who=Caller(where="oidc", id="u1")).json
    assert told["role"] == "viewer"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_another_origins_page_may_not_even_read(web, incident, headers):
    assert web.get("/incidents", **headers).status == 403
    answer = web.post(f"/incidents/{incident}/acknowledge", {}, **headers)
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/problem+json")


def test_the_pages_own_origin_may(web):
    assert web.get("/incidents", origin=f"http://{HOST}", sec_fetch_site="same-origin").status == 200


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/incidents", "limit=1000000", 422),
        ("/incidents", "limit=0", 422),
        ("/incidents", "limit=ten", 422),
        ("/incidents", "status=everything", 422),
        ("/incidents", "cursor=%%%", 400),
        ("/incidents", "cursor=" + "A" * 7_000, 422),
        ("/incidents", "cursor=bnVsbA", 400),
        ("/changes", "since=eyJxdWVzdGlvbiI6IjAifQ", 400),
        ("/incidents/INC-NOBODY", "", 404),
        ("/incidents/INC-NOBODY/events", "", 404),
        ("/incidents/INC-NOBODY/metrics", "", 404),
        ("/incidents/INC-NOBODY/audit", "", 404),
        ("/incidents/<script>", "", 422),
        ("/incidents/../../etc/passwd", "", 404),
        ("/incidents/", "", 404),
        ("/nowhere", "", 404),
    ],
)
def test_a_bad_question_is_a_problem_and_says_what_is_wrong(web, path, query, status):
    answer = web.get(path, query)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["detail"]


def test_a_cursor_of_another_question_is_refused(web, incident):
    events = web.get(f"/incidents/{incident}/events", "limit=2").json["next_cursor"]
    listed = ListCursor(question=question("incidents", None), after=f"{stamp(NOW)}#INC-1").text()
    assert web.get("/incidents", f"cursor={listed}").status == 200
    for path, query in (
        ("/incidents/INC-OTHER/events", f"cursor={events}"),
        ("/incidents", f"status=voting&cursor={listed}"),
        ("/incidents", f"cursor={events}"),
        ("/changes", f"since={events}"),
        ("/changes", f"since={listed}"),
    ):
        assert web.get(path, query).status == 400, (path, query)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 422),
        ("[]", 422),
        ("null", 422),
        ({"request": "R1"}, 422),
        ({"request": "R1", "digest": "not-hex!"}, 422),
        ({"request": "R1", "digest": DIGEST[:12]}, 422),
        ({"request": "R1", "digest": DIGEST, "by": "somebody else"}, 422),
        ({"request": "R1", "digest": "0" * 17_000}, 413),
    ],
)
def test_a_bad_body_writes_nothing(web, incident, body, status):
    before = len(web.answering.heard)
    assert web.post(f"/incidents/{incident}/approve", body).status == status
    assert len(web.answering.heard) == before


def test_a_form_is_not_json_so_no_other_page_can_send_one(web, incident):
    answer = web.ask("POST", f"/api/v1/incidents/{incident}/acknowledge", body="", content_type="text/plain")
    assert answer.status == 415


def test_methods_that_a_path_does_not_take_are_named(web):
    answer = web.ask("DELETE", "/api/v1/incidents")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.DONE, 200),
        (Outcome.ALREADY, 200),
        (Outcome.NOT_YOURS, 403),
        (Outcome.UNKNOWN, 404),
        (Outcome.TOO_LATE, 409),
        (Outcome.SUPERSEDED, 409),
    ],
)
def test_what_came_of_an_answer_is_the_status(web, incident, outcome, status):
    web.answering.outcome = outcome
    answer = web.post(f"/incidents/{incident}/approve", BODIES["approve"])
    assert answer.status == status
    assert ("said" if status == 200 else "detail") in answer.json
    assert web.answering.heard[-1][0] == "approve"


def test_an_answer_is_the_callers_whatever_the_body_says(web, incident):
    web.answering.outcome = Outcome.DONE
    web.post(f"/incidents/{incident}/deny", BODIES["deny"], who=Caller(where="aws", id="arn:bo"))
    assert web.answering.heard[-1] == ("deny", "arn:bo", incident, "R1", DIGEST, "no")


def test_the_kill_switch_takes_the_stages_name_typed_out():
    web = Web()
    wrong = web.post("/kill-switch", {**BODIES["kill_switch"], "confirm": "prod"})
    assert (wrong.status, web.controls.kill_switch()) == (400, None)
    assert web.post("/kill-switch", BODIES["kill_switch"]).status == 200
    assert web.controls.kill_switch().on
    assert web.get("/health").json["kill_switch"]["reason"] == "drill"
    assert web.post("/kill-switch", {**BODIES["kill_switch"], "on": False}).status == 200
    assert not web.controls.kill_switch().on


class Blind:
    """Nobody may list alarms."""

    def alarms(self):
        raise AccessDenied("not authorized to perform: cloudwatch:DescribeAlarms")


def test_health_has_what_is_in_alarm_first_with_what_to_do_and_what_has_no_data_before_what_is_well():
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    made = (
        Alarm("DetectionLate", AlarmState.OK, "look at its log"),
        Alarm("Spending", AlarmState.NO_DATA, "see what makes so many"),
        Alarm("Undelivered", AlarmState.ALARM, "look at <b>the log</b>\u202e", "1 datapoint", at),
    )
    found = Web(alarms=MemoryAlarms(*made)).get("/health").json["alarms"]
    assert [(one["name"], one["state"]) for one in found] == [
        ("Undelivered", "alarm"), ("Spending", "no_data"), ("DetectionLate", "ok"),
    ]  # fmt: skip
    assert found[0] | {"state": ""} == {
        "name": "Undelivered", "state": "", "since": "2026-11-20T10:00:00Z", "reason": "1 datapoint",
        "meaning": "look at <b>the log</b>",
    }  # fmt: skip


def test_alarms_that_cannot_be_read_are_not_known_and_everything_else_is_shown():
    found = Web(alarms=Blind()).get("/health")
    assert (found.status, found.json["alarms"], found.json["read_model"]) == (200, None, "current")
    assert len(found.json["agents"]) == 4


def test_the_same_answer_is_not_sent_twice_and_its_age_is_no_difference(incident):
    web = Web()
    for path in (f"/incidents/{incident}", "/incidents", "/runbooks", "/openapi.json"):
        first = web.get(path)
        again = web.get(path, if_none_match=first.headers["ETag"])
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
        assert web.get(path, if_none_match='W/"other"').status == 200
    since = web.get("/changes").json["cursor"]
    web.seen.clock.advance(timedelta(minutes=2))
    for _ in range(3):  # what was written just before is told, and then forgotten
        idle = web.get("/changes", f"since={since}")
        since = idle.json["cursor"]
    assert idle.json["changes"] == []
    web.seen.clock.advance(timedelta(minutes=2))  # nobody swept meanwhile
    same = web.get("/changes", f"since={since}", if_none_match=idle.headers["ETag"])
    assert (same.status, same.headers["Commander-Behind-Seconds"]) == (304, "240")


def test_every_answer_lets_nothing_else_in_and_is_kept_nowhere(web, incident):
    for answer in (
        web.get("/incidents"),
        web.get("/nowhere"),
        web.get("/incidents", who=None),
        web.get("/incidents", if_none_match=web.get("/incidents").headers["ETag"]),
        web.post(f"/incidents/{incident}/approve", "{"),
    ):
        assert answer.headers["Content-Security-Policy"] == DATA_POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_title_with_markup_is_text_in_json_and_nothing_is_sniffed(incident):
    seen = sample("resolved")
    [events] = seen.logs.events.values()
    hostile = "</script><img src=x onerror=alert(1)>"
    first = events[0].model_copy(update={"data": {**events[0].data, "summary": hostile}})
    seen.logs.events[incident] = (first, *events[1:])
    seen.views.wipe()
    answer = Web(seen.project()).get(f"/incidents/{incident}")
    assert answer.json["incident"]["row"]["summary"] == hostile
    assert answer.headers["Content-Type"] == "application/json"


def test_a_wiped_read_model_is_said_and_not_guessed(incident):
    web = Web()
    web.seen.views.wipe()
    web.seen.clock.advance(timedelta(seconds=5))
    listed = web.get("/incidents")
    assert (listed.json["incidents"], listed.json["behind_seconds"]) == ([], None)
    assert listed.headers["Commander-Behind-Seconds"] == "unknown"
    one = web.get(f"/incidents/{incident}")
    assert (one.status, one.headers["Retry-After"]) == (503, "1")
    assert web.get("/health").json["read_model"] == "unknown"
    web.seen.project()
    web.seen.clock.advance(timedelta(seconds=5))
    assert web.get(f"/incidents/{incident}").status == 200


def test_a_page_that_another_version_has_kept_asks_for_a_rebuild(incident):
    web = Web()
    view = web.seen.views.page(incident)
    web.seen.views.wipe()
    web.seen.views.keep(type(view)(**{**vars(view), "page": '{"old": 1}', "row": "{}"}))
    assert "rebuild" in web.get(f"/incidents/{incident}").json["detail"]
    assert web.get("/incidents").json["incidents"] == []


def test_the_raw_log_comes_page_by_page_and_whole(web, incident):
    versions, cursor = [], ""
    while cursor is not None:
        page = web.get(f"/incidents/{incident}/events", f"limit=7{cursor and '&cursor='}{cursor}").json
        versions += [one["version"] for one in page["events"]]
        cursor = page["next_cursor"]
    [events] = web.seen.logs.events.values()
    assert versions == [one.version for one in events]


def test_curves_have_their_baseline_and_what_happened_meanwhile(web, incident):
    found = web.get(f"/incidents/{incident}/metrics").json
    assert {"action", "verified", "end"} <= {one["kind"] for one in found["markers"]}
    curve = next(one for one in found["curves"] if (one["service"], one["measure"]) == ("database", "errors"))
    assert curve["baseline"] < curve["limit"] < max(value for _, value in curve["points"])
    assert len(curve["points"]) <= 120
    assert not any(one["forecast"] for one in found["curves"])  # it is over
    live = Web(sample("acting")).get(f"/incidents/{incident}/metrics").json
    band = next(one["forecast"] for one in live["curves"] if one["service"] == "database")
    assert len(band) == 12
    assert all(one["low"] <= one["value"] <= one["high"] for one in band)


def test_an_edited_event_breaks_the_chain_and_is_named(incident):
    web = Web()
    [events] = web.seen.logs.events.values()
    edited = events[3].model_copy(update={"occurred_at": events[3].occurred_at + timedelta(hours=1)})
    web.seen.logs.events[incident] = (*events[:3], edited, *events[4:])
    found = web.get(f"/incidents/{incident}/audit").json
    assert (found["state"], found["checked"]) == ("broken", "chain")
    assert found["findings"] == ["version 4: its hash does not match its content"]


def test_who_is_on_call_comes_from_the_directory():
    found = Web(directory=MemoryDirectory(PEOPLE)).get("/people/on-call").json["teams"]
    assert found
    assert all(level["people"] for team in found for level in team["levels"])


def test_the_document_names_every_route_with_its_answer_and_its_problems(web):
    document = web.get("/openapi.json").json
    routes = {
        (method.upper(), path.replace("{incident_id}", "<incident_id>"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    declared = {(one.method, one.path) for one in web.app.routes.declared if one.name != "openapi"}
    assert routes == declared
    for methods in document["paths"].values():
        for found in methods.values():
            assert "schema" in found["responses"]["200"]["content"]["application/json"]
            assert "application/problem+json" in found["responses"]["403"]["content"]


def test_a_fault_of_ours_is_a_500_without_its_cause(incident, capsys):
    web = Web()
    web.seen.reading.catalogue = None
    answer = web.get("/incidents")
    assert (answer.status, "log" in answer.json["detail"]) == (500, True)
    assert "NoneType" not in answer.text
    assert "Failed" in capsys.readouterr().out


def test_files_are_served_with_the_pages_policy_and_nothing_outside_their_folder(tmp_path):
    from shared.runtime.web.files import Files  # noqa: PLC0415

    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "js" / "app.js").write_text("1")
    (folder / "notes.py").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    files = Files(folder)
    page = files.answer("GET", "/")
    assert (page["statusCode"], page["headers"]["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page["headers"]["Content-Security-Policy"]
    assert "script-src 'self'" in page["headers"]["Content-Security-Policy"]
    assert files.answer("GET", "/static/js/app.js")["headers"]["ETag"].startswith('"')
    for path in ("/static/../secret.txt", "/static/notes.py", "/static//etc/passwd", "/static/none.js"):
        assert files.answer("GET", path)["statusCode"] == 404
    assert files.answer("POST", "/")["statusCode"] == 405
    before = page["headers"]["ETag"]
    (folder / "index.html").write_text("<!doctype html><p>")
    assert files.answer("GET", "/")["headers"]["ETag"] != before


def test_files_need_no_token_and_are_not_sent_twice(tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html>")
    web = Web(static=tmp_path)
    first = web.ask("GET", "/", who=None)
    assert (first.status, first.headers["Cache-Control"]) == (200, "no-cache")
    assert web.ask("GET", "/", who=None, if_none_match=first.headers["ETag"]).status == 304


def test_the_page_may_ask_its_issuer_and_nobody_else_and_learns_it_before_anybody_is_known(tmp_path):
    from shared.domain.sign_in import SignIn  # noqa: PLC0415
    from shared.runtime.web.files import Files  # noqa: PLC0415

    (tmp_path / "index.html").write_text("<!doctype html>")
    issuer = {
        "issuer": "https://login.example.com/pool",
        "client_id": "client",
        "scope": "openid",
        "token_origin": "https://tokens.example.com",
    }
    alone, two = Files(tmp_path), Files(tmp_path, SignIn.model_validate(issuer))
    policies = [each.answer("GET", "/")["headers"]["Content-Security-Policy"] for each in (alone, two)]
    assert "; connect-src 'self'; " in policies[0]
    others = "https://login.example.com https://tokens.example.com"
    assert policies[1] == policies[0].replace("connect-src 'self'", f"connect-src 'self' {others}")
    assert json.loads(two.answer("GET", "/signin.json")["body"]) == issuer
    assert Web(static=tmp_path).ask("GET", "/signin.json", who=None).json == {"issuer": None}


def test_an_event_that_is_none_is_a_problem(web):
    for given in ({}, {"requestContext": None, "headers": None}, event(path="")):
        assert web.app.answer(given, caller())["statusCode"] in (200, 404, 405)
    assert json.loads(web.app.answer({"rawPath": "/api/"}, None)["body"])["status"] in (401, 404, 405)


def test_dismissed_alarms_are_counted_with_their_reasons():
    found = Web()
    house = found.seen.street.house
    seen = Signal(
        source="cloudwatch", kind=SignalKind.ALARM, service="queue", measure=Measure.TRAFFIC,
        at=found.seen.clock.now(), attributes={"alarm": "queue-busy"}, key="busy",
    )  # fmt: skip
    house.opening.dismissing.note(seen, "storefront")
    found.seen.logs.days.update(house.logs.days)
    answer = found.get("/dismissed").json
    assert (answer["days"], answer["count"]) == (1, 1)
    [alarm] = answer["alarms"]
    assert (alarm["alarm"], alarm["service"], alarm["application"]) == ("queue-busy", "queue", "storefront")
    assert alarm["reason"].startswith("nobody feels it: queue traffic alarmed")
