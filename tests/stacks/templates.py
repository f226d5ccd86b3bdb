"""A stage's templates, read as what they grant: references become short names, roles become statements."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
Grant = tuple[str, str, str]  # action, resource, condition as JSON
AUTHORS = (
    "detection", "diagnosis", "prediction", "resolution", "communication", "coordinator", "workflow",
    "executor", "reception",
)  # fmt: skip
ALONE = {
    "intake": "IntakeRole",
    "anchor": "ArchiveAnchorRole",
    "projector": "ProjectorFunctionRole",
    "dashboard": "DashboardRole",
    "answering": "AnsweringRole",
    "health": "MonitorFunctionRole",
}
"""The roles of functions that write no events."""


@dataclass(frozen=True)
class Templates:
    """Every stack's template of one stage, by the stack's id."""

    assembly: Path
    stack: str = "*"

    def only(self, stack: str) -> "Templates":
        """One stack of them."""
        return Templates(self.assembly, stack)

    @cached_property
    def stacks(self) -> dict[str, dict[str, Any]]:
        files = sorted(self.assembly.glob(f"{self.stack}.template.json"))
        return {file.name.split(".")[0]: json.loads(file.read_text()) for file in files}

    @cached_property
    def exports(self) -> dict[str, Any]:
        outputs = [each for stack in self.stacks.values() for each in stack.get("Outputs", {}).values()]
        return {each["Export"]["Name"]: each["Value"] for each in outputs if "Export" in each}

    def of(self, kind: str) -> Iterator[tuple[str, Resource]]:
        """Short id and properties of every resource of a type."""
        for stack in self.stacks.values():
            for id_, resource in stack["Resources"].items():
                if resource["Type"] == kind:
                    yield short(id_), resource.get("Properties", {})

    def flat(self, value: Any) -> str:
        """An ARN or text with its references as `Name` or `Name.Attribute`, across stacks."""
        if not isinstance(value, dict):
            return str(value)
        ((kind, argument),) = value.items()
        match kind:
            case "Ref":
                return short(argument).removeprefix("AWS::")
            case "Fn::GetAtt":
                return f"{short(argument[0])}.{argument[1]}"
            case "Fn::ImportValue":
                return self.flat(self.exports[argument])
            case "Fn::Join":
                return str(argument[0]).join(map(self.flat, argument[1]))
            case _:
                return json.dumps(value)

    @cached_property
    def roles(self) -> dict[str, set[Grant]]:
        """Every role's grants, by the role's short id."""
        found: dict[str, set[Grant]] = {id_: set() for id_, _ in self.of("AWS::IAM::Role")}
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for id_, policy in self.of(kind):
                attached = [self.flat(role) for role in policy.get("Roles", [])]
                attached += [role for role, given in self.of("AWS::IAM::Role") if id_ in self._managed(given)]
                for role in attached:
                    found[role] |= set(self.grants(policy["PolicyDocument"]))
        return found

    def _managed(self, role: Resource) -> list[str]:
        return [self.flat(each) for each in role.get("ManagedPolicyArns", [])]

    def grants(self, document: dict[str, Any]) -> Iterator[Grant]:
        """One grant for each action on each resource."""
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            condition = statement.get("Condition")
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield action, self.flat(resource), json.dumps(condition) if condition else ""

    def grants_of(self, function: str) -> set[Grant]:
        """What a function may do, beyond writing its own log."""
        role = ALONE.get(function, f"{function.capitalize()}FunctionRole")
        log = role.removesuffix("Role") + "Log.Arn"
        return {grant for grant in self.roles[role] if grant[1] != log}

    def settings_of(self, function: str) -> dict[str, str]:
        """A function's environment."""
        for _, properties in self.of("AWS::Lambda::Function"):
            if properties["Handler"] == f"lambdas.{function}.handler.handler":
                return {k: self.flat(v) for k, v in properties["Environment"]["Variables"].items()}
        raise KeyError(function)


def short(logical_id: str) -> str:
    """A logical id without CDK's hash."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def listed(value: Any) -> list[Any]:
    """CloudFormation's one or many."""
    return value if isinstance(value, list) else [value]
