"""The dashboard's API: nothing is reached without an authorizer but a page that holds nothing."""

import json

from tests.stacks.templates import Templates
from tests.stacks.undeclared import OIDC

DATA, SAID = "GET /api/v1/{route+}", "POST /api/v1/{route+}"


def routes(templates: Templates) -> dict[str, str]:
    """Route -> what it asks for."""
    found = templates.only("Dashboard").of("AWS::ApiGatewayV2::Route")
    return {route["RouteKey"]: route.get("AuthorizationType", "NONE") for _, route in found}


def test_without_an_issuer_everything_is_signed_by_a_principal_of_aws(dev: Templates) -> None:
    assert routes(dev) == {DATA: "AWS_IAM", SAID: "AWS_IAM", "GET /": "AWS_IAM", "GET /{file+}": "AWS_IAM"}
    assert dev.settings_of("dashboard")["COMMANDER_ROLES_CLAIM"] == ""
    assert dev.settings_of("dashboard")["COMMANDER_SIGN_IN"] == ""


def test_with_an_issuer_data_takes_its_token_and_the_page_none(spokes: Templates) -> None:
    assert routes(spokes) == {DATA: "JWT", SAID: "JWT", "GET /": "NONE", "GET /{file+}": "NONE"}
    ((_, authorizer),) = spokes.only("Dashboard").of("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["JwtConfiguration"] == {"Issuer": OIDC["issuer"], "Audience": OIDC["audience"]}
    assert spokes.settings_of("dashboard")["COMMANDER_ROLES_CLAIM"] == OIDC["roles_claim"]


def test_the_page_is_told_the_issuer_and_its_own_name_there(spokes: Templates) -> None:
    assert json.loads(spokes.settings_of("dashboard")["COMMANDER_SIGN_IN"]) == {
        "issuer": OIDC["issuer"],
        "client_id": OIDC["client_id"],
        "scope": "openid profile email",
        "token_origin": "https://login.example.com",
    }


def test_it_is_throttled_and_logged(dev: Templates) -> None:
    ((_, stage),) = dev.only("Dashboard").of("AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert json.loads(stage["AccessLogSettings"]["Format"])["status"] == "$context.status"


def test_lists_of_the_read_model_hold_rows_and_no_pages(dev: Templates) -> None:
    ((_, table),) = [each for each in dev.of("AWS::DynamoDB::Table") if each[0] == "Views"]
    held = {
        name for index in table["GlobalSecondaryIndexes"] for name in index["Projection"]["NonKeyAttributes"]
    }
    assert "row" in held
    assert "page" not in held
