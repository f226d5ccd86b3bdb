"""The dashboard stack: a function that only reads, one that writes what people say, and their HTTP API."""

from collections.abc import Iterator

from aws_cdk import Aws
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from constructs import Construct

from shared.domain.facts import Author
from shared.settings import Setting
from stacks.components.event_archive import INPUTS, EventArchive
from stacks.components.function import Function, Size
from stacks.components.http_api import LOOKS, HttpApi, Route
from stacks.components.member import CATALOGUE, DEMOTED, DIRECTORY, LEVELS, STANDING, STOP, leading
from stacks.components.outputs import put_out
from stacks.components.read_model import may_read_log, may_read_views
from stacks.components.stack import StageStack
from stacks.house import House

KEPT = (CATALOGUE, DIRECTORY, STANDING, STOP, LEVELS, DEMOTED)
"""What it reads of the state table."""
DATA = "/api/v1/{route+}"
PAGE = ("/", "/{file+}")
NOTHING_IN_IT = "the page's files hold nothing of the stage: what they show they ask for with a token"


class Dashboard(StageStack):
    """Who reads cannot write, and who writes takes nothing but what the API's authorizer vouches for."""

    def __init__(self, scope: Construct, house: House, archive: EventArchive) -> None:
        super().__init__(scope, "Dashboard", house.stage)
        self._house, self._archive = house, archive
        self.function, self.answering = self._reader(), self._answering()
        self.api = HttpApi(self, "Api", routes=self._routes(), retain=house.stage.retain, rate=LOOKS)
        put_out(
            self,
            {
                "DashboardUrl": self.api.url("/"),
                "DashboardFunction": self.function.name,
                "AnsweringFunction": self.answering.name,
            },
        )

    def _reader(self) -> Function:
        house, data, oidc = self._house, self._house.data, self._house.stage.oidc
        reader = self._function("Dashboard")
        reader.set(
            {
                Setting.VIEWS_TABLE: data.views.table_name,
                Setting.POLICY: house.stage.policy.model_dump_json(),
                Setting.SIGN_IN: oidc.sign_in.model_dump_json() if oidc else "",
                Setting.ARCHIVE_BUCKET: self._archive.bucket.bucket_name,
            }
        )
        may_read_log(reader, data)
        may_read_views(reader, data)
        reader.allow(["dynamodb:GetItem"], [data.state.table_arn], leading(KEPT))
        reader.allow_any(
            ["cloudwatch:GetMetricData"], "*", because="GetMetricData tells no metric from another"
        )
        reader.allow_any(
            ["cloudwatch:DescribeAlarms"],
            f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:*",
            because="a list of alarms is asked for as alarm:*, whatever prefix the question has",
        )
        reader.allow_any(
            ["s3:GetObject"],
            f"{self._archive.arn_elsewhere}/{INPUTS}",
            because="what an agent saw and did is named by its incident and its content",
        )
        return reader

    def _answering(self) -> Function:
        """With the reception's key. The reception believes signatures, and this one an authorizer."""
        data = self._house.data
        answering = self._function("Answering")
        answering.set(
            {
                Setting.AUTHOR: Author.RECEPTION.value,
                Setting.MAC_KEYS: data.every_mac_key,
            }
        )
        answering.allow(["dynamodb:Query", "dynamodb:PutItem"], [data.events.table_arn])
        answering.allow(["dynamodb:GetItem"], [data.state.table_arn], leading([DIRECTORY, STOP]))
        answering.allow(["dynamodb:PutItem"], [data.state.table_arn], leading([STOP]))
        answering.allow(["kms:GenerateMac"], [data.mac_keys[Author.RECEPTION].key_arn])
        answering.role.add_managed_policy(data.verify_macs)
        return answering

    def _function(self, id_: str) -> Function:
        """A function behind the API, which answers within the API's own 30 seconds."""
        house, data, oidc = self._house, self._house.data, self._house.stage.oidc
        function = Function(
            self,
            id_,
            name=id_.lower(),
            size=Size(29, 1024, numerics=True),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        function.set(
            {
                Setting.STAGE: house.stage.name,
                Setting.EVENTS_TABLE: data.events.table_name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.ROLES_CLAIM: oidc.roles_claim if oidc else "",
                Setting.ROLE_GROUPS: self.to_json_string(dict(oidc.groups) if oidc else {}),
            }
        )
        return function

    def _routes(self) -> Iterator[Route]:
        """With an issuer the page is open, since a browser signs nothing; else all of it is IAM's."""
        oidc, guard = self._house.stage.oidc, self._guard()
        yield Route("GET", DATA, self.function, authorizer=guard)
        for path in PAGE:
            if oidc:
                yield Route("GET", path, self.function, NOTHING_IN_IT)
            else:
                yield Route("GET", path, self.function, authorizer=guard)
        yield Route("POST", DATA, self.answering, authorizer=guard)

    def _guard(self) -> api.IHttpRouteAuthorizer:
        oidc = self._house.stage.oidc
        if oidc is None:
            return authorizers.HttpIamAuthorizer()
        return authorizers.HttpJwtAuthorizer("Token", oidc.issuer, jwt_audience=list(oidc.audience))
