"""The dashboard stack: a function that only reads, and an HTTP API in front of it."""

from collections.abc import Iterator

from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from constructs import Construct

from shared.settings import Setting
from stacks.components.event_archive import INPUTS
from stacks.components.function import Function, Size
from stacks.components.http_api import HttpApi, Route
from stacks.components.member import CATALOGUE, DEMOTED, DIRECTORY, LEVELS, STANDING, STOP, leading
from stacks.components.outputs import put_out
from stacks.components.read_model import may_read_log, may_read_views
from stacks.components.stack import StageStack
from stacks.house import House
from stacks.interface import Interface

KEPT = (CATALOGUE, DIRECTORY, STANDING, STOP, LEVELS, DEMOTED)
"""What it reads of the state table."""
DATA = "/api/v1/{route+}"
PAGE = ("/", "/{file+}")
NOTHING_IN_IT = "the page's files hold nothing of the stage: what they show they ask for with a token"


class Dashboard(StageStack):
    """What people say goes to the reception, another function: this one cannot write."""

    def __init__(self, scope: Construct, house: House, interface: Interface) -> None:
        super().__init__(scope, "Dashboard", house.stage)
        self._house, self._interface = house, interface
        self.function = self._reader()
        self.api = HttpApi(self, "Api", routes=self._routes(), retain=house.stage.retain)
        put_out(self, {"DashboardUrl": self.api.url("/"), "DashboardFunction": self.function.name})

    def _reader(self) -> Function:
        house, data, oidc = self._house, self._house.data, self._house.stage.oidc
        archive = self._interface.archive
        reader = Function(
            self,
            "Dashboard",
            name="dashboard",
            size=Size(29, 1024, numerics=True),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        reader.set(
            {
                Setting.STAGE: house.stage.name,
                Setting.EVENTS_TABLE: data.events.table_name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.VIEWS_TABLE: data.views.table_name,
                Setting.POLICY: house.stage.policy.model_dump_json(),
                Setting.ROLES_CLAIM: oidc.roles_claim if oidc else "",
                Setting.ARCHIVE_BUCKET: archive.bucket.bucket_name,
            }
        )
        may_read_log(reader, data)
        may_read_views(reader, data)
        reader.allow(["dynamodb:GetItem"], [data.state.table_arn], leading(KEPT))
        reader.allow_any(
            ["cloudwatch:GetMetricData"], "*", because="GetMetricData tells no metric from another"
        )
        reader.allow_any(
            ["s3:GetObject"],
            f"{archive.arn_elsewhere}/{INPUTS}",
            because="what an agent saw and did is named by its incident and its content",
        )
        return reader

    def _routes(self) -> Iterator[Route]:
        """With an issuer the page is open, since a browser signs nothing; else all of it is IAM's."""
        oidc, guard = self._house.stage.oidc, self._guard()
        yield Route("GET", DATA, self.function, authorizer=guard)
        for path in PAGE:
            if oidc:
                yield Route("GET", path, self.function, NOTHING_IN_IT)
            else:
                yield Route("GET", path, self.function, authorizer=guard)
        yield Route("POST", DATA, self._interface.reception.function, authorizer=guard)

    def _guard(self) -> api.IHttpRouteAuthorizer:
        oidc = self._house.stage.oidc
        if oidc is None:
            return authorizers.HttpIamAuthorizer()
        return authorizers.HttpJwtAuthorizer("Token", oidc.issuer, jwt_audience=list(oidc.audience))
