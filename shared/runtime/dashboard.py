"""Entry points of the dashboard's functions: one reads and serves the page, one writes what people say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.composition import aws, dashboard
from shared.domain.clearance import Caller
from shared.domain.sign_in import SignIn
from shared.runtime.web.app import App, Parts, web_handler
from shared.runtime.web.files import Files
from shared.runtime.web.request import caller_of
from shared.runtime.web.response import Answered
from shared.settings import Setting, read
from shared.workflow.dashboard import Reads
from shared.workflow.writes import Writes

Handler = Callable[[dict[str, Any], Any], Answered]


def reading_handler(static: Path, reads: Callable[[], Reads] = dashboard.function_reads) -> Handler:
    """A Lambda handler for everything that is read; its role writes nothing."""

    def made() -> App:
        found, files = reads(), Files(static, _sign_in(read(Setting.SIGN_IN)))
        return App(Parts(found.overview.directory, aws.CLOCK, reads=found, files=files))

    return web_handler(made, identify)


def writing_handler(writes: Callable[[], Writes]) -> Handler:
    """A Lambda handler for approve, deny, take-over, acknowledge and the kill switch."""

    def made() -> App:
        return App(Parts(dashboard.function_directory(), aws.CLOCK, writes=writes()))

    return web_handler(made, identify)


def identify(event: Any) -> Caller | None:
    """Whom the HTTP API's authorizer vouches for."""
    return caller_of(event, read(Setting.ROLES_CLAIM), json.loads(read(Setting.ROLE_GROUPS)), aws.CLOCK.now())


def _sign_in(setting: str) -> SignIn | None:
    return SignIn.model_validate_json(setting) if setting else None
