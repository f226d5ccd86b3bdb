"""The five stacks of one stage, in their order."""

from constructs import Construct

from shared.domain.consensus import WEIGHTS, check_weights
from stacks.agents import Agents
from stacks.components.bundles import Bundles
from stacks.consensus import Consensus
from stacks.data import Data
from stacks.house import House
from stacks.interface import Interface
from stacks.observability import Observability
from stacks.stage import StageConfig


def stack_name(stage: StageConfig, part: str) -> str:
    """As CloudFormation shows it: `IncidentCommander-Dev-Data`."""
    return f"IncidentCommander-{stage.title}-{part}"


def build(app: Construct, stage: StageConfig) -> None:
    """Create the stacks.

    Raises:
        InvalidConfiguration: the votes' weights mean nothing, or a bundle could not be built.
    """
    check_weights(dict(WEIGHTS))
    data = Data(app, "Data", stage=stage, stack_name=stack_name(stage, "Data"))
    house = House(stage, data, Bundles(on_this_machine=stage.on_this_machine))
    agents = Agents(app, "Agents", house=house, stack_name=stack_name(stage, "Agents"))
    consensus = Consensus(app, "Consensus", house=house, stack_name=stack_name(stage, "Consensus"))
    interface = Interface(app, "Interface", house=house, stack_name=stack_name(stage, "Interface"))
    Observability(
        app,
        "Observability",
        data=data,
        agents=agents,
        consensus=consensus,
        interface=interface,
        stack_name=stack_name(stage, "Observability"),
    )
