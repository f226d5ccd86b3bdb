"""What is examined: a stage as cdk.json wants it, and as far as it is deployed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scripts.commander.reached import PARTS, Reached, clients, stack_name
from scripts.synth import REPOSITORY
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from stacks.stage import StageConfig, read_stage


@dataclass(frozen=True)
class Subject:
    """Clients are the caller's own; nothing is written."""

    stage: str
    config: StageConfig
    client: Callable[[str], Any]
    outputs: dict[str, str] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()  # the stacks that are there
    unreached: str = ""  # why nobody can say which are

    @property
    def deployed(self) -> bool:
        """Whether all of its stacks are there."""
        return self.parts == frozenset(PARTS)

    @property
    def reached(self) -> Reached:
        """As the other commands know a stage."""
        return Reached(self.client, self.outputs)

    @property
    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC)


def subject(stage: str) -> Subject:
    """The stage, deployed or not.

    Raises:
        InvalidConfiguration: cdk.json has no such stage, or no local AWS runs.
    """
    stages = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]["stages"]
    return seen(stage, read_stage(stages, stage.lower()), clients(stage))


def seen(stage: str, config: StageConfig, client: Callable[[str], Any]) -> Subject:
    """What is there of a stage, with these clients."""
    outputs, parts, why = dict[str, str](), set[str](), ""
    for part in PARTS:
        try:
            with port_errors():
                found = client("cloudformation").describe_stacks(StackName=stack_name(stage, part))
        except PortError as error:
            if "does not exist" not in str(error):
                why = str(error)
            continue
        parts.add(part)
        outputs |= {one["OutputKey"]: one["OutputValue"] for one in found["Stacks"][0].get("Outputs", [])}
    return Subject(stage, config, client, outputs, frozenset(parts), why)
