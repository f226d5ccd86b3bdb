"""What every stack after `Data` is built from."""

from dataclasses import dataclass

from stacks.components.bundles import Bundles
from stacks.data import Data
from stacks.stage import StageConfig


@dataclass(frozen=True)
class House:
    """The stage, the data and the code."""

    stage: StageConfig
    data: Data
    bundles: Bundles
