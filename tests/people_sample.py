"""The people who hear of the sample incident: two in turns, a lead, a shop owner, a director."""

from datetime import date, time

from shared.domain.directory import Directory, Level, Rotation, Team
from shared.domain.local_time import Quiet
from shared.domain.person import ChannelKind, Contact, Person, Role

NIGHT = Quiet(begins=time(22), ends=time(7))


def person(id_: str, role: Role, zone: str = "UTC", *quiet: Quiet, **interest) -> Person:
    """Somebody with a Slack account and an email address."""
    slack = Contact(channel=ChannelKind.SLACK, address="U0" + id_.upper())
    email = Contact(channel=ChannelKind.EMAIL, address=f"{id_}@example.org")
    return Person(
        id=id_,
        name=id_.title(),
        role=role,
        channels=(slack, email),
        time_zone=zone,
        do_not_disturb=quiet,
        **interest,
    )


PEOPLE = Directory(
    people=(
        person("ada", Role.ON_CALL, "Europe/Berlin", NIGHT),
        person("bo", Role.ON_CALL, "America/New_York", NIGHT),
        person("cy", Role.INCIDENT_LEAD, "Asia/Kolkata", NIGHT),
        person("di", Role.STAKEHOLDER, "Europe/London", NIGHT, applications=("shop",)),
        person("ed", Role.EXECUTIVE, "America/Los_Angeles", NIGHT),
    ),
    rotations=(
        Rotation(id="turns", people=("ada", "bo"), first=date(2026, 2, 2), time_zone="Europe/Berlin"),
    ),
    teams=(
        Team(
            id="shop",
            applications=("shop",),
            levels=(
                Level(people=("turns",), minutes=5),
                Level(people=("ada", "bo"), minutes=10),
                Level(people=("cy",)),
            ),
        ),
    ),
)
