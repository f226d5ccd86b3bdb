"""What cannot be worded or reckoned never blocks an end: it is said plainly, counted, and it goes on."""

import pytest

from shared.domain.autonomy import Autonomy
from shared.domain.errors import PortError
from shared.domain.facts import Author, NotificationFailed, NotificationSent
from shared.domain.measures import OPENED
from shared.domain.service import ServiceCatalogue
from shared.ports.channel import State
from shared.workflow.reckoning import Reckoning
from tests.e2e.storefront import Street, catalogue
from tests.workflow.test_delivery import Failing, Told


class Losing(Street):
    """A street whose catalogue a person may replace while an incident goes on."""

    def lose(self, name: str) -> None:
        services = tuple(one for one in catalogue().services if one.name != name)
        left = ServiceCatalogue(services=services)
        object.__setattr__(self.house.opening.sources.catalogue, "_catalogue", left)


def odd(**change) -> ServiceCatalogue:
    """The storefront with an entry for web that nobody has checked."""
    web, *others = catalogue().services
    return ServiceCatalogue(services=(web.model_copy(update=change), *others))


@pytest.mark.parametrize("zone", ["Europe/Berln", "Mars/Base", "../../etc", "America", ""])
def test_with_a_time_zone_that_nobody_knows_the_remedy_runs_people_hear_of_it_and_it_ends(zone):
    street = Street(services=odd(time_zone=zone))
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    assert street.incident().closed.outcome == "resolved"
    titles = [one.title for one in street.house.channel.messages]
    assert (titles[0].startswith("database failure in storefront"), titles[-1]) == (True, "Resolved")


@pytest.mark.parametrize("zone", ["Europe/Berln", "../../etc"])
def test_an_approval_is_asked_for_in_any_zone(zone):
    street = Street(Autonomy.APPROVE, services=odd(time_zone=zone))
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    assert "Your approval is needed" in [one.title for one in street.house.channel.messages]
    assert street.incident().machine_ended.outcome == "escalated"


def test_an_incident_ends_though_its_service_has_left_the_catalogue():
    street = Losing()
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.house.listeners = (lambda event: event.type == "RemedyVerified" and street.lose("web"),)
    street.alarm()
    assert street.incident().closed.outcome == "resolved"
    assert float(street.incident().closed.business_usd) > 0


class Wordless(Told):
    """Everybody who is told, by a catalogue that fails while it is asked for words."""

    class _Catalogue:
        def __init__(self, error):
            self.error = error

        def services(self):
            raise self.error

    def __init__(self, error, *channels):
        super().__init__(*channels, catalogue=self._Catalogue(error))


BROKEN = [KeyError("Europe/Berln"), ValueError("odd"), IsADirectoryError("a zone"), RuntimeError("a bug")]


@pytest.mark.parametrize("error", [*BROKEN, PortError("load it again", retryable=False)])
def test_what_has_no_words_is_said_plainly_and_counted(error):
    told = Wordless(error)
    assert told.titles() == ["IncidentDetected"]
    [message] = told.channel.messages
    assert message.lines == (
        "INC-1 is investigating; it happened at 2026-01-01 00:00:00 UTC.",
        "Its words failed, and nothing waits for them. Everything: commander explain INC-1",
    )
    [sent] = told.facts("NotificationSent")
    assert type(error).__name__ in sent.unworded
    counting = Reckoning(told.house.store(Author.COORDINATOR), lambda _events: frozenset())
    gauges = [gauge.name for event in told.house.logs.events["INC-1"] for gauge in counting.of(event)]
    assert gauges == [OPENED, "Unworded"]


@pytest.mark.parametrize("error", BROKEN)
def test_the_end_is_told_plainly_too(error):
    told = Wordless(error)
    told.titles()
    told.house.tasks.escalate("INC-1", "no_quorum")
    assert told.titles() == ["IncidentDetected", "EscalatedToHuman"]
    assert told.channel.messages[-1].state is State.OPEN


@pytest.mark.parametrize("error", BROKEN)
def test_a_channel_that_has_no_form_for_a_message_gets_a_plain_one(error):
    channel = Failing("memory", error)
    told = Told(channel)
    assert told.titles() == ["IncidentDetected"]
    [sent] = told.facts(NotificationSent.__name__)
    assert sent.unworded.startswith(type(error).__name__)


@pytest.mark.parametrize("error", BROKEN)
def test_a_channel_that_has_no_form_for_anything_gives_way_to_the_next_and_others_do_not_wait(error):
    broken = Failing("broken", always=error)
    told = Told(broken)
    told.storm(3)
    told.deliver()
    [failed] = told.facts(NotificationFailed.__name__)
    assert "has no form for it" in failed.reason
    assert len(told.sns.messages) == 4


def test_a_failure_that_may_pass_is_no_reason_for_plain_words():
    told = Wordless(PortError("throttled", retryable=True))
    with pytest.raises(PortError):
        told.titles()
    assert told.channel.messages == []
