"""The people of the demo: two on call in turns, a lead, and a director, each with channels of their own."""

import json
from datetime import date, time
from typing import Any

from scripts.local_aws.process import LocalAws
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.domain.directory import Directory, Level, Rotation, Team
from shared.domain.local_time import Quiet
from shared.domain.person import ChannelKind, Contact, Identities, Person, Role

PAGER = "commander/pagerduty-shop"
SENDER = "commander@example.org"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
"""Of the recorder, which takes any of 32 characters."""
NIGHT = Quiet(begins=time(22), ends=time(7))


def _person(id_: str, role: Role, zone: str, *channels: tuple[ChannelKind, str]) -> Person:
    return Person(
        id=id_,
        name=id_.capitalize(),
        role=role,
        time_zone=zone,
        channels=tuple(Contact(channel=kind, address=address) for kind, address in channels),
        do_not_disturb=() if role is Role.ON_CALL else (NIGHT,),
        identities=Identities(slack=f"U0{id_.upper()}", pagerduty=f"P{id_.upper()}1"),
    )


PEOPLE = Directory(
    people=(
        _person("ada", Role.ON_CALL, "Europe/Berlin", (ChannelKind.PAGERDUTY, PAGER)),
        _person("bo", Role.ON_CALL, "America/New_York", (ChannelKind.PAGERDUTY, PAGER)),
        _person("cy", Role.INCIDENT_LEAD, "Asia/Kolkata", (ChannelKind.EMAIL, "cy@example.org")),
        _person("di", Role.EXECUTIVE, "Europe/London", (ChannelKind.EMAIL, "di@example.org")),
    ),
    rotations=(
        Rotation(id="weeks", people=("ada", "bo"), first=date(2026, 11, 23), time_zone="Europe/Berlin"),
    ),
    teams=(
        Team(
            id="storefront",
            applications=("storefront",),
            levels=(Level(people=("weeks",), minutes=5), Level(people=("ada", "bo"), minutes=10)),
        ),
    ),
)


def move_in(aws: LocalAws, state_table: str) -> None:
    """Make them the stage's people, and their roads passable."""
    secret = {"routing_key": ROUTING_KEY, "api_url": f"{aws.slack_url}/v2/enqueue"}
    manager: Any = aws.client("secretsmanager")
    known = {one["Name"] for one in manager.list_secrets()["SecretList"]}
    if PAGER in known:
        manager.put_secret_value(SecretId=PAGER, SecretString=json.dumps(secret))
    else:
        manager.create_secret(Name=PAGER, SecretString=json.dumps(secret))
    mail: Any = aws.client("ses")
    mail.verify_email_identity(EmailAddress=SENDER)
    whoever_sits_here = str(aws.client("sts").get_caller_identity()["Arn"])
    DynamodbDirectory(aws.client("dynamodb"), state_table).save(_known_as_cy(whoever_sits_here))


def _known_as_cy(arn: str) -> Directory:
    """The people, of whom the lead is also who has these credentials: the command line answers as Cy."""

    def known(one: Person) -> Person:
        if one.id != "cy":
            return one
        return one.model_copy(update={"identities": one.identities.model_copy(update={"aws": (arn,)})})

    return PEOPLE.model_copy(update={"people": tuple(known(one) for one in PEOPLE.people)})
