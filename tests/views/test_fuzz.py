"""Every operation of the API, asked with what its own document allows and with what it forbids: no 5xx."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest

from scripts.dashboard.loopback import event_of
from scripts.dashboard.stage import openapi
from tests.views.house import sample
from tests.views.web import HOST, Web, caller

pytestmark = pytest.mark.long
EXAMPLES = 25
"""Of each operation and mode."""
FORESEEN = {200, 400, 404, 409, 413, 415, 422}


@pytest.fixture(scope="module")
def web() -> Web:
    return Web(sample("waiting"))


def sent(web: Web, case):
    """The case over the same road as a browser's request, without the socket."""
    from schemathesis.core.transport import Response  # noqa: PLC0415 - a second, for every test run

    path = case.formatted_path + (f"?{urlencode(case.query, doseq=True)}" if case.query else "")
    headers = {name.lower(): str(value) for name, value in (case.headers or {}).items()} | {"host": HOST}
    body = "" if case.media_type is None else json.dumps(case.body, default=str)
    if case.media_type:
        headers["content-type"] = case.media_type
    made = web.app.answer(event_of(case.method, path, headers, body), caller())
    request = PreparedRequest()
    request.prepare(method=case.method, url=f"http://{HOST}/", headers={})
    given = {name.lower(): [str(value)] for name, value in made["headers"].items()}
    return Response(made["statusCode"], given, (made["body"] or "").encode(), request, 0.0, verify=False)


@pytest.mark.parametrize("kind", ["positive", "negative"])
def test_no_question_is_a_fault_of_ours_and_every_answer_is_as_the_document_says(web, kind):
    import schemathesis  # noqa: PLC0415
    from schemathesis.specs.openapi.checks import response_schema_conformance  # noqa: PLC0415

    mode = schemathesis.GenerationMode(kind)
    incident = web.get("/incidents").json["incidents"][0]["id"]
    asked_about = set()

    def ask(operation):
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
        def asked(case, known):
            if known and case.path_parameters:
                case.path_parameters["incident_id"] = incident  # what is behind the 404 is asked too
            response = sent(web, case)
            assert response.status_code in FORESEEN, (case.as_curl_command(), response.content)
            [type_] = response.headers["content-type"]
            assert type_ == (
                "application/json" if response.status_code == 200 else "application/problem+json"
            )
            case.validate_response(response, checks=[response_schema_conformance])
            asked_about.add(operation.label)

        asked()

    operations = [
        one.ok() for one in schemathesis.openapi.from_dict(json.loads(openapi())).get_all_operations()
    ]
    due = set()
    for operation in operations:
        free = any([*operation.path_parameters, *operation.query, *operation.body])
        if free or kind == "positive":  # of nothing, nothing is forbidden
            due.add(operation.label)
            ask(operation)
    assert asked_about == due
    assert len(due) > 10
