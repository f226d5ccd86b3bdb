"""Revert the deployment that has just given an AppConfig environment another configuration.

https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_StopDeployment.html
"""

import json
import re

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Grant,
    Infeasible,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import api_step, document, either
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import brought, moment, recent

ID = "[a-z0-9]{4,7}"
APPLICATION = "arn:aws:appconfig:{region}:{account}:application/"
VERSION = "[A-Za-z0-9._-]{1,128}"
IN_EFFECT = ("COMPLETE", "BAKING", "DEPLOYING")
_IN_ORDER = "sort_by(Items || `[]`, &DeploymentNumber)"
AT_ONCE = "AppConfig.AllAtOnce"
"""The strategy that every account has; while it bakes, for ten minutes, it can be reverted."""
PARAMETERS = {
    "ApplicationId": Parameter(pattern=ID, description="the application's id"),
    "EnvironmentId": Parameter(pattern=ID, description="the environment's id"),
    "Action": Parameter(pattern="revert|deploy", description="whether to take the version back or bring it"),
    "DeploymentNumber": Parameter(pattern="[1-9][0-9]{0,8}", description="the deployment to revert"),
    "ProfileId": Parameter(pattern=ID, description="id of the configuration's profile"),
    "Version": Parameter(pattern=VERSION, description="the version that it deployed"),
}
_PLACE = {name: f"{{{{ {name} }}}}" for name in ("ApplicationId", "EnvironmentId")}


def _also(actions: tuple[str, ...], resource: str) -> Grant:
    return Grant(
        actions=actions,
        resource=APPLICATION + resource,
        most=APPLICATION + re.sub(r"\{\w+\}", "*", resource),
    )


RUNBOOK = Runbook(
    id="roll-back-configuration",
    version=1,
    family="configuration",
    title="Roll an AppConfig environment back to the previous configuration",
    resource="appconfig_environment",
    target_pattern=(
        r"arn:aws:appconfig:[a-z0-9-]+:[0-9]{12}:"
        rf"application/(?P<ApplicationId>{ID})/environment/(?P<EnvironmentId>{ID})"
    ),
    target_arn=f"{APPLICATION}*/environment/*",
    observe=(
        *looks(
            "appconfig",
            "ListDeployments",
            {"ApplicationId": "{ApplicationId}", "EnvironmentId": "{EnvironmentId}"},
            {
                "latest": f"{_IN_ORDER}[-1].{{number: DeploymentNumber, name: ConfigurationName,"
                " version: ConfigurationVersion, state: State, at: StartedAt}",
                "active": f"{_IN_ORDER}[?contains(`{json.dumps(IN_EFFECT)}`, State)]"
                ".[ConfigurationName, ConfigurationVersion]",
            },
            on=f"{APPLICATION}*",
        ),
        *looks(
            "appconfig",
            "ListConfigurationProfiles",
            {"ApplicationId": "{ApplicationId}"},
            {"profiles": "Items[].{id: Id, name: Name}"},
            on=f"{APPLICATION}*",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.CONFIGURATION_CHANGE}),
    symptoms=frozenset(
        {Symptom.DATABASE_FAILURE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}
    ),
    approach=Approach.UNDO_CHANGE,
    relieves=Measure.ERRORS,
    actions=("appconfig:StopDeployment", "appconfig:StartDeployment"),
    also=(
        _also(("appconfig:StopDeployment", "appconfig:StartDeployment"), "{ApplicationId}"),
        _also(
            ("appconfig:StopDeployment",),
            "{ApplicationId}/environment/{EnvironmentId}/deployment/{DeploymentNumber}",
        ),
        _also(("appconfig:StartDeployment",), "{ApplicationId}/configurationprofile/{ProfileId}"),
        Grant(
            actions=("appconfig:StartDeployment",),
            resource=f"arn:aws:appconfig:{{region}}:{{account}}:deploymentstrategy/{AT_ONCE}",
            most=f"arn:aws:appconfig:{{region}}:{{account}}:deploymentstrategy/{AT_ONCE}",
        ),
    ),
    document=document(
        "Revert an AppConfig deployment, or deploy its version again.",
        PARAMETERS,
        either(
            "Action",
            {
                "revert": api_step(
                    "appconfig",
                    "StopDeployment",
                    {**_PLACE, "DeploymentNumber": "{{ DeploymentNumber }}", "AllowRevert": True},
                ),
                "deploy": api_step(
                    "appconfig",
                    "StartDeployment",
                    {
                        **_PLACE,
                        "DeploymentStrategyId": AT_ONCE,
                        "ConfigurationProfileId": "{{ ProfileId }}",
                        "ConfigurationVersion": "{{ Version }}",
                    },
                ),
            },
        ),
        integers={"DeploymentNumber"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="roll-back-configuration",
    expected_seconds=60,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Revert the latest deployment, if it is recent, is in effect, and replaced another version.

    Telling when somebody deployed it just before the onset.
    """
    reason = "the target is not an AppConfig environment"
    if re.fullmatch(RUNBOOK.target_pattern, subject.target):
        reason = _obstacle(subject)
    if reason:
        return Infeasible(reason=reason)
    latest = subject.state["latest"]
    return Feasible(
        proposal=RUNBOOK.propose(
            subject.service.name,
            subject.target,
            Action="revert",
            DeploymentNumber=str(latest["number"]),
            ProfileId=_profiles(subject.state)[0],
            Version=str(latest["version"]),
        ),
        statement=f"{latest['name']}: version {_previous(subject.state)} became {latest['version']} "
        f"at {moment(latest['at']):%H:%M:%S}",
        telling=brought(latest["at"], subject),
    )


def _obstacle(subject: Subject) -> str:
    latest = subject.state.get("latest") or {"state": "not there"}
    if latest["state"] not in IN_EFFECT:
        return f"its latest deployment is {latest['state'].lower()}"
    if not recent(latest["at"], subject.started_at):
        return "it was last deployed to more than 30 minutes before the incident"
    if _previous(subject.state) in (None, latest["version"]):
        return "its latest deployment replaced no other version"
    if len(_profiles(subject.state)) != 1:
        return f"{latest['name']} is not the name of one configuration profile"
    if not re.fullmatch(VERSION, str(latest["version"])):
        return "its version has characters that the runbook does not take"
    return ""


def _previous(state: State) -> str | None:
    """The version that the latest deployment replaced: of the same profile, the one before it."""
    versions = [version for name, version in state.get("active") or [] if name == state["latest"]["name"]]
    return versions[-2] if len(versions) > 1 else None


def _profiles(state: State) -> list[str]:
    return [each["id"] for each in state.get("profiles") or [] if each["name"] == state["latest"]["name"]]


def effect(_proposal: Proposal, before: State) -> dict[str, list[list[str]]]:
    """The deployments in effect are those before the latest."""
    return {"active": before["active"][:-1]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """With the configuration that was there before the trouble, the measure goes back to where it was."""
    return baseline


def undo(done: Proposal, _before: State) -> Proposal:
    """The same runbook, which deploys the version again that it took back."""
    return RUNBOOK.propose(done.service, done.target, **{**done.parameters, "Action": "deploy"})


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("active",)
)
