"""The demo in an operator's hands: only where the stage says `demo: true`, on the machine of the patient."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.domain.clearance import Clearance
from shared.runtime.web.routes import Routes
from shared.views.spoken import Done, Named, Nothing
from shared.workflow.demo_control import DemoControl, DemoStatus


def demo_routes(routes: Routes, demo: DemoControl) -> None:
    """Declare them; `demo` in what somebody may do is all of them."""

    @routes.route("GET", "/demo", "demo", Clearance.OPERATOR)
    def status() -> DemoStatus:
        return demo.status()

    @routes.route("POST", "/demo/start", "demo_start", Clearance.OPERATOR)
    def start(said: Annotated[Named, Body()]) -> Done:
        return Done(said=demo.start(said.name))

    @routes.route("POST", "/demo/inject", "demo_inject", Clearance.OPERATOR)
    def inject(said: Annotated[Named, Body()]) -> Done:
        return Done(said=demo.inject(said.name))

    @routes.route("POST", "/demo/pause", "demo_pause", Clearance.OPERATOR)
    def pause(said: Annotated[Nothing, Body()]) -> Done:
        return Done(said=demo.pause())

    @routes.route("POST", "/demo/resume", "demo_resume", Clearance.OPERATOR)
    def resume(said: Annotated[Nothing, Body()]) -> Done:
        return Done(said=demo.resume())

    @routes.route("POST", "/demo/reset", "demo_reset", Clearance.OPERATOR)
    def reset(said: Annotated[Nothing, Body()]) -> Done:
        return Done(said=demo.reset().said)
