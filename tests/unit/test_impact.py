"""What an incident costs, worked by hand, to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shared.domain.impact import BusinessImpact
from shared.domain.service import Service, Tier

MINUTE = timedelta(minutes=1)


def wall(*parts):
    return datetime(*parts, tzinfo=UTC)  # `cost` reads it on the wall clock of the zone


def cost(tier, start, span, users=0, zone="UTC"):
    service = Service(name="pay", application="shop", tier=tier, users=users, time_zone=zone)
    start = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return BusinessImpact.of(service).cumulative_cost(start, start + span)


@pytest.mark.parametrize(
    ("start", "span", "usd"),
    [
        (wall(2026, 3, 3, 23, 50), 20 * MINUTE, "20000.00"),  # Tuesday over midnight
        (wall(2026, 3, 7, 10, 0), 10 * MINUTE, "10000.00"),  # Saturday
        (wall(2026, 3, 3, 10, 0), 10 * MINUTE, "20000.00"),  # business hours count twice
        (wall(2026, 3, 3, 8, 50), 20 * MINUTE, "30000.00"),  # 10 at one rate, 10 at two
        (wall(2026, 3, 3, 16, 50), 20 * MINUTE, "30000.00"),
        (
            wall(2026, 3, 6, 16, 30),
            timedelta(days=2, hours=17),
            "3960000.00",
        ),  # 3,900 min, 60 of them twice
        (wall(2026, 3, 3, 20, 0), timedelta(seconds=1), "16.67"),
        (wall(2026, 3, 3, 20, 0), timedelta(0), "0.00"),
    ],
)
def test_each_hour_costs_its_own_rate(start, span, usd):
    assert cost(Tier.IMPORTANT, start, span) == Decimal(usd)


@pytest.mark.parametrize(("users", "usd"), [(1_000, "100.00"), (1_001, "1101.00"), (25_000, "25100.00")])
def test_users_cost_a_dollar_each_above_a_thousand(users, usd):
    assert cost(Tier.SUPPORTING, wall(2026, 3, 3, 20, 0), MINUTE, users) == Decimal(usd)


@pytest.mark.parametrize(
    ("start", "span", "usd"),
    [
        # clocks go forward at 02:00 on Sunday 29 March 2026: Monday 09:00 comes an hour sooner
        (wall(2026, 3, 28, 12, 0), timedelta(hours=45), "27600000.00"),
        (wall(2026, 3, 27, 8, 30), timedelta(hours=1), "900000.00"),
        # clocks go back at 03:00 on Sunday 25 October 2026: Monday 09:00 comes an hour later
        (wall(2026, 10, 24, 12, 0), timedelta(hours=46), "27600000.00"),
    ],
)
def test_business_hours_follow_the_local_clock_over_a_change(start, span, usd):
    assert cost(Tier.CRITICAL, start, span, zone="Europe/Berlin") == Decimal(usd)


def test_half_hour_zones_change_rate_at_their_own_nine_o_clock():
    assert cost(Tier.SUPPORTING, wall(2026, 3, 3, 8, 30), 60 * MINUTE, zone="Asia/Kolkata") == Decimal("9000")
