"""An HTTP API of exactly the routes that it is given: throttled, logged, and nothing by default."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components.acknowledged import acknowledge
from stacks.components.function import Function

CLICKS, LOOKS = 20, 200
"""Requests a second, and twice as many at once: a crowd that clicks; pages that ask for news all the time."""
LOGGED = {
    "at": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.integrationLatency",
    "id": "$context.requestId",
}


@dataclass(frozen=True)
class Route:
    """A method of a path. Without an authorizer `unauthorised` says why none is needed."""

    method: str
    path: str
    function: Function
    unauthorised: str = ""
    authorizer: api.IHttpRouteAuthorizer | None = None


class HttpApi(Construct):
    """Its one stage deploys by itself. A function is integrated once, whatever its routes are."""

    def __init__(
        self, scope: Construct, id_: str, *, routes: Iterable[Route], retain: bool, rate: int = CLICKS
    ) -> None:
        super().__init__(scope, id_)
        self.resource = api.HttpApi(
            self, "Api", create_default_stage=False, description="What people say, and what they look at"
        )
        self._integrations: dict[str, integrations.HttpLambdaIntegration] = {}
        self._stage = self._deployed(retain=retain, rate=rate)
        for route in routes:
            self.add(route)

    def add(self, route: Route) -> None:
        """One more route.

        Raises:
            ValueError: it asks for no authorization, and says not why.
        """
        if route.authorizer is None and not route.unauthorised:
            raise ValueError(f"{route.method} {route.path}: without an authorizer, say why")
        function = route.function
        integration = self._integrations.setdefault(
            function.node.path,
            integrations.HttpLambdaIntegration(f"{function.node.id}Integration", function.resource),
        )
        added = self.resource.add_routes(
            path=route.path,
            methods=[api.HttpMethod[route.method]],
            integration=integration,
            authorizer=route.authorizer,
        )
        for one in added if route.authorizer is None else ():
            acknowledge(one, "APIG4", route.unauthorised)

    def url(self, path: str) -> str:
        """Where a path is called from outside."""
        return f"{self.resource.api_endpoint}{path}"

    def _deployed(self, *, retain: bool, rate: int) -> api.HttpStage:
        log = logs.LogGroup(
            self,
            "AccessLog",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        stage = api.HttpStage(
            self,
            "Stage",
            http_api=self.resource,
            stage_name="$default",
            auto_deploy=True,
            throttle=api.ThrottleSettings(rate_limit=rate, burst_limit=2 * rate),
        )
        settings = api.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn, format=json.dumps(LOGGED)
        )
        stage.node.default_child.access_log_settings = settings
        return stage
