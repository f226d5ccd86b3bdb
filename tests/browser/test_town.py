"""What the page is tested with is what the API could answer: a desk that drifts from its models fails."""

import inspect
from datetime import UTC, datetime

import pytest

from shared.views import answers, house_answers
from shared.views.answers import Changes, IncidentAnswer, IncidentList
from shared.workflow import demo_control
from tests.browser import town
from tests.browser.desk import Desk

pytestmark = pytest.mark.browser

MODELS = {
    name: model
    for module in (answers, house_answers, demo_control)
    for name, model in inspect.getmembers(module, inspect.isclass)
}
PATHS = {
    "me": "Me",
    "health": "Health",
    "autonomy": "Autonomy",
    "autonomy/scorecard": "Scorecard",
    "runbooks": "Runbooks",
    "people/on-call": "OnCall",
    "incidents/INC-0000000000A1/metrics": "Metrics",
    "incidents/INC-0000000000A1/audit": "Audit",
    "incidents/INC-0000000000A1/reasoning": "Reasoned",
    "demo": "DemoStatus",
}


@pytest.fixture(scope="module")
def town_desk():
    made = Desk()
    yield made
    made.close()


@pytest.mark.parametrize(("path", "model"), PATHS.items())
def test_that_the_desk_answers_in_the_shape_of_the_api(town_desk, path, model):
    known = {"behind_seconds": 0} if "behind_seconds" in MODELS[model].model_fields else {}
    MODELS[model].model_validate(town_desk.get(path, {}) | known)


def test_that_every_incident_of_the_town_is_one_that_the_api_could_show(town_desk):
    for incident_id in town_desk.answers:
        IncidentAnswer.model_validate(town_desk.get(f"incidents/{incident_id}", {}))
    IncidentList.model_validate(town_desk.get("incidents", {}) | {"behind_seconds": 0})
    Changes.model_validate(town_desk.get("changes", {}) | {"behind_seconds": 0})
    assert len(town.town(datetime.now(UTC))) == len(town_desk.answers)
