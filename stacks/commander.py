"""The six stacks of one stage, in their order, and one in every other account that it may act in."""

from constructs import Construct

from shared.policies.cedar import CedarEngine
from stacks.agents import Agents
from stacks.components.bundles import Bundles
from stacks.consensus import Consensus
from stacks.dashboard import Dashboard
from stacks.data import Data
from stacks.house import House
from stacks.interface import Interface
from stacks.observability import Observability
from stacks.spoke import Spoke
from stacks.stage import StageConfig


def build(app: Construct, stage: StageConfig) -> None:
    """Create the stacks.

    Raises:
        InvalidConfiguration: a rule of policy is wrong, or a bundle could not be built.
    """
    CedarEngine()
    house = House(stage, Data(app, stage), Bundles(on_this_machine=stage.on_this_machine))
    interface = Interface(app, house)
    agents = Agents(app, house, interface.archive)
    consensus = Consensus(app, house, agents)
    dashboard = Dashboard(app, house, interface.archive)
    Observability(app, house, agents=agents, consensus=consensus, interface=interface, dashboard=dashboard)
    for account in stage.accounts.spokes:
        Spoke(app, stage, account)
