"""Who hears of what; what is wrong with a directory, and what it says of that."""

from datetime import UTC, datetime, time, timedelta

import pytest

from shared.domain.directory import Directory, Level, Rotation, Team, escalation_due, recipients
from shared.domain.errors import InvalidConfiguration
from shared.domain.local_time import WEEK, Quiet, Weekday
from shared.domain.person import ChannelKind, Contact, Role
from shared.domain.service import Service, ServiceCatalogue, Tier
from tests.people_sample import PEOPLE, person
from tests.sample import NOON, opened


def told(event_type, severity="critical", at=NOON, called=(), **otherwise):
    about = opened().model_copy(update=otherwise)
    return {one.person.id: one.at for one in recipients(PEOPLE, about, event_type, severity, at, called)}


def test_who_is_on_call_and_the_lead_hear_of_everything_and_the_others_of_what_their_role_names():
    assert list(told("IncidentDetected")) == ["ada", "cy", "di", "ed"]
    assert list(told("ConsensusReached")) == ["ada", "cy"]
    assert list(told("RemedyVerified")) == ["ada", "cy", "di"]
    assert list(told("EscalatedToHuman")) == ["ada", "cy", "di", "ed"]


def test_directors_hear_of_what_is_critical_only():
    assert "ed" not in told("IncidentDetected", "high")


def test_people_hear_of_what_they_are_concerned_with():
    assert list(told("IncidentDetected", application="bank")) == ["cy", "ed"]


def test_interest_in_a_service_on_a_tier():
    who = person("di", Role.STAKEHOLDER, services=("database",), tiers=(Tier.CRITICAL,))
    assert not who.concerns(opened())
    through = opened().model_copy(update={"services": ("checkout", "database")})
    assert who.concerns(through)
    assert not who.concerns(through.model_copy(update={"tier": Tier.SUPPORTING}))


def test_the_handover_is_at_nine_in_berlin():
    just = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, five weeks after the first: an odd shift
    assert "ada" in told("IncidentDetected", at=just - timedelta(microseconds=1))
    assert "bo" in told("IncidentDetected", at=just)


def test_what_is_not_critical_waits_until_each_ones_morning():
    night = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # Berlin 00:00, Kolkata 04:30, London 23:00
    assert told("IncidentDetected", "high", night) == {
        "ada": datetime(2026, 3, 3, 6, 0, tzinfo=UTC),
        "cy": datetime(2026, 3, 3, 1, 30, tzinfo=UTC),
        "di": datetime(2026, 3, 3, 7, 0, tzinfo=UTC),
    }
    assert set(told("IncidentDetected", "critical", night).values()) == {night}


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        # 02:30 does not come on 29 March 2026 in Berlin: the window ends as the clock skips it
        (Quiet(begins=time(1), ends=time(2, 30)), datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "01:00"),
        (Quiet(begins=time(2, 30), ends=time(3, 30)), datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "01:30"),
        # 02:30 comes twice on 25 October 2026: it ends the second time
        (Quiet(begins=time(1), ends=time(2, 30)), datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "01:30"),
        (Quiet(begins=time(2, 30), ends=time(3)), datetime(2026, 10, 25, 0, 29, tzinfo=UTC), "00:29"),
        (Quiet(begins=time(2, 30), ends=time(3)), datetime(2026, 10, 25, 1, 10, tzinfo=UTC), "02:00"),
        # Friday's window is Saturday's morning too, and Saturday's evening is none
        (
            Quiet(begins=time(22), ends=time(7), days=(Weekday.FRI,)),
            datetime(2026, 3, 7, 1, 0, tzinfo=UTC),
            "06:00",
        ),
        (
            Quiet(begins=time(22), ends=time(7), days=(Weekday.FRI,)),
            datetime(2026, 3, 7, 21, 0, tzinfo=UTC),
            "21:00",
        ),
    ],
)
def test_windows_worked_by_hand(quiet, at, until):
    who = person("di", Role.STAKEHOLDER, "Europe/Berlin", quiet)
    assert who.reached_at("high", at).strftime("%H:%M") == until


def test_who_was_called_in_an_escalation_hears_of_the_rest_and_nobody_twice():
    due = escalation_due(PEOPLE, opened(), NOON, NOON + timedelta(minutes=15))
    assert [(one.level, [who.id for who in one.people]) for one in due] == [(2, ["ada", "bo"]), (3, ["cy"])]
    assert list(told("ConsensusReached", called=due)) == ["ada", "bo", "cy"]
    assert escalation_due(PEOPLE, opened(), NOON, NOON + timedelta(hours=1), NOON) == ()


def test_the_sample_is_valid_and_an_empty_one_reaches_nobody():
    assert PEOPLE.validated() is PEOPLE
    assert recipients(Directory().validated(), opened(), "IncidentDetected", "critical", NOON) == ()


def with_person(**change):
    return Directory(people=(person("di", Role.STAKEHOLDER).model_copy(update=change),))


def with_team(*people, rotations=()):
    team = Team(id="team", levels=(Level(people=people),))
    return Directory(
        people=(person("ada", Role.ON_CALL), *PEOPLE.people[2:]), rotations=rotations, teams=(team,)
    )


def reached_by(kind, address):
    return with_person(channels=(Contact(channel=kind, address=address),))


ALWAYS = (Quiet(begins=time(0), ends=time(12)), Quiet(begins=time(12), ends=time(0), days=WEEK))
WRONG = {
    "people.di.time_zone: no zone 'Mars/Base'; give an IANA name": with_person(time_zone="Mars/Base"),
    "people.di.time_zone: no zone '../UTC'": with_person(time_zone="../UTC"),
    "people.di.time_zone: no zone 'Europe'": with_person(time_zone="Europe"),
    "people.di.channels: empty, so nothing could reach them; give one": with_person(channels=()),
    "people.di.do_not_disturb: it covers the whole week": with_person(do_not_disturb=ALWAYS),
    "people.di.do_not_disturb: a window that ends when it begins": with_person(
        do_not_disturb=(Quiet(begins=time(1), ends=time(1)),)
    ),
    "people.ada.role: on_call, but no team's level calls them": Directory(people=PEOPLE.people[:1]),
    "people.stage.id: the stage's own channels are called so": Directory(
        people=(person("stage", Role.STAKEHOLDER),)
    ),
    "di: this id is used 2 times": Directory(people=(PEOPLE.people[3],) * 2),
    "ada: this id is used 2 times": with_team(
        "ada", rotations=(Rotation(id="ada", people=("ada",), first=NOON.date()),)
    ),
    "teams.team.levels.1.people: nobody is 'zoe'; name a person or rotation": with_team("ada", "zoe"),
    "teams.team.levels.1.people: empty; name a person or rotation": with_team(),
    "teams.team.levels: empty, so nobody would be called": Directory(teams=(Team(id="team", levels=()),)),
    "rotations.turns.people: nobody is 'zoe'; name a person": with_team(
        "ada", rotations=(Rotation(id="turns", people=("zoe",), first=NOON.date()),)
    ),
    "rotations.turns.people: empty": with_team(
        "ada", "turns", rotations=(Rotation(id="turns", people=(), first=NOON.date()),)
    ),
    "people.di.channels.0.address: no address of slack; give a channel's or member's id": reached_by(
        ChannelKind.SLACK, "#general"
    ),
    "people.di.channels.0.address: no address of email": reached_by(
        ChannelKind.EMAIL, "di@example.org\nbcc: all@x.org"
    ),
    "never the key itself": reached_by(ChannelKind.PAGERDUTY, "0123456789abcdef0123456789ABCDEF"),
    "no address of sns; give the ARN of a topic": reached_by(ChannelKind.SNS, "topic"),
    "no address of webhook; give the name of the secret": reached_by(
        ChannelKind.WEBHOOK, "https://example.org/hook"
    ),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_is_wrong_is_named_by_its_path_and_what_to_do(said):
    with pytest.raises(InvalidConfiguration) as raised:
        WRONG[said].validated()
    assert said in str(raised.value)
    assert ";" in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (ChannelKind.PAGERDUTY, "commander/pagerduty-shop"),
        (ChannelKind.SNS, "arn:aws:sns:eu-central-1:111122223333:commander-incidents"),
        (ChannelKind.WEBHOOK, "commander/webhook-shop"),
    ],
)
def test_good_addresses(kind, address):
    assert reached_by(kind, address).problems() == ()


def test_references_are_checked_against_the_services_that_are_watched():
    shop = ServiceCatalogue(services=(Service(name="checkout", application="shop"),))
    assert PEOPLE.problems(shop) == ()
    with pytest.raises(
        InvalidConfiguration, match=r"people\.di\.services: 'cart' is not watched; correct it"
    ):
        with_person(services=("cart",)).validated(shop)
    [said] = Directory(people=PEOPLE.people[:3], rotations=PEOPLE.rotations, teams=PEOPLE.teams).problems(
        ServiceCatalogue(services=())
    )
    assert said.startswith("teams.shop.applications: 'shop' is not watched")


def test_times_have_no_seconds_and_no_zone():
    with pytest.raises(ValueError, match="hours and minutes only"):
        Quiet(begins="22:00:30", ends="07:00")
