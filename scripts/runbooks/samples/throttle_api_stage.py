"""A REST API's stage that accepts 200 requests a second, 100 at once."""

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import REGION
from scripts.runbooks.sample import Sample, unique

LIMITS = {"rateLimit": "200", "burstLimit": "100"}


def make(aws: LocalAws) -> str:
    """The stage's ARN."""
    gateway = aws.client("apigateway")
    api = gateway.create_rest_api(name=unique("shop"))["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="live")
    limits = [
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value} for name, value in LIMITS.items()
    ]
    gateway.update_stage(restApiId=api, stageName="live", patchOperations=limits)
    return f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/live"


SAMPLE = Sample(make)
