"""Business impact: what an incident costs by time segments, to the cent, what it saved, and what we cost."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median

from pydantic import Field

from shared.domain.felt import Felt
from shared.domain.local_time import moment, zone_of
from shared.domain.model import Model, Utc
from shared.domain.money import so_far
from shared.domain.service import Service, Tier

OPENS, SHUTS = time(9), time(17)
BUSINESS_FACTOR = Decimal(2)
USER_THRESHOLD = 1_000
USD_PER_USER = Decimal(1)
WEEKLY_BUSINESS_MINUTES = 5 * (SHUTS.hour - OPENS.hour) * 60
CENT = Decimal("0.01")
BUDGETS = {Tier.CRITICAL: Decimal("21.6"), Tier.IMPORTANT: Decimal("43.2"), Tier.SUPPORTING: Decimal(216)}
"""Minutes of outage in 30 days that an availability of 99.95, 99.9 and 99.5 % leaves to a tier."""


class Hours(StrEnum):
    """What kind of time it is in the service's zone."""

    BUSINESS = "business hours"  # Monday to Friday, 9 to 17: a minute costs twice
    NIGHT = "outside business hours"
    WEEKEND = "weekend"


class Segment(Model):
    """A part of an incident at one rate; it ends where the day or the kind of hours does."""

    begins: Utc
    ends: Utc
    hours: Hours
    usd_per_minute: Decimal

    @property
    def minutes(self) -> Decimal:
        """How long it is."""
        return _minutes(self.begins, self.ends)

    @property
    def usd(self) -> Decimal:
        """What it cost, not rounded."""
        return self.minutes * self.usd_per_minute


class SlaRisk(Model):
    """How much of the tier's error budget of 30 days this incident burnt.

    A simple model: every minute counts as a whole minute of outage for everybody, and other incidents of
    those 30 days are not counted. So it is too high for a partial outage, and too low in a bad month.
    """

    burnt_minutes: Decimal
    budget_minutes: Decimal

    @property
    def share(self) -> Decimal:
        """Of the budget; 1 or more: this incident alone breaches it."""
        return (self.burnt_minutes / self.budget_minutes).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


class Saved(Model):
    """Against the median of the service's own earlier incidents of this kind; negative: it took longer."""

    incidents: int = Field(ge=1)
    median_minutes: Decimal
    usd: Decimal


class NoHistory(Model):
    """No earlier incident of this kind is known on this service, so nothing says what was saved."""


class OwnCost(Model):
    """What an incident cost us, in US dollars at list prices of us-east-1: an estimate.

    An execution of about 60 transitions at $25 a million, and about 60 Lambda invocations of 256 MB for half
    a second at $0.0000167 a GB second with their requests and metric reads, make the fixed part; each event
    is a MAC ($0.03 per 10,000), its checks, a transactional write and the reads of it. Tokens are those of
    the default model, $2.2 and $11 a million in and out.
    """

    events: int = Field(ge=0)
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)

    @property
    def aws_usd(self) -> Decimal:
        """Of AWS calls."""
        return Decimal("0.0045") + Decimal("0.00005") * self.events

    @property
    def tokens_usd(self) -> Decimal:
        """Of models."""
        return (Decimal("2.2") * self.tokens_in + Decimal(11) * self.tokens_out) / 1_000_000


class BusinessImpact(Model):
    """What an outage of one service costs the business."""

    service_tier: Tier
    cost_per_minute: Decimal = Field(description="USD, outside business hours")
    affected_users: int = Field(ge=0)
    time_zone: str = "UTC"

    @classmethod
    def of(cls, service: Service) -> "BusinessImpact":
        """The impact of losing a service."""
        return cls(
            service_tier=service.tier,
            cost_per_minute=service.tier.cost_per_minute,
            affected_users=service.users,
            time_zone=service.time_zone,
        )

    @classmethod
    def of_tier(cls, tier: Tier) -> "BusinessImpact":
        """The impact of losing a service that the catalogue does not know any more: what its tier says."""
        return cls(service_tier=tier, cost_per_minute=tier.cost_per_minute, affected_users=0)

    @property
    def user_charge(self) -> Decimal:
        """USD, once: $1 for each affected user, if they are more than 1,000."""
        return USD_PER_USER * self.affected_users if self.affected_users > USER_THRESHOLD else Decimal(0)

    def rate(self, at: datetime) -> Decimal:
        """USD that a minute costs at an aware time."""
        return self.cost_per_minute * (BUSINESS_FACTOR if self._hours(at) is Hours.BUSINESS else 1)

    def segments(self, start: datetime, end: datetime) -> tuple[Segment, ...]:
        """The time between two aware times, cut at midnight, 9 and 17 of the service's own clock."""
        zone, at, found = zone_of(self.time_zone), start, list[Segment]()
        while at < end:
            today, hours = at.astimezone(zone).date(), self._hours(at)
            edges = [moment(today + timedelta(days=1), time(0), zone)]
            if hours is not Hours.WEEKEND:
                edges += [moment(today, OPENS, zone), moment(today, SHUTS, zone)]
            until = min(end, *(edge for edge in edges if edge > at))
            found.append(Segment(begins=at, ends=until, hours=hours, usd_per_minute=self.rate(at)))
            at = until
        return tuple(found)

    def cumulative_cost(self, start: datetime, end: datetime) -> Decimal:
        """USD between two aware times, to the cent: each segment at its rate, and the users' charge."""
        begins, total = self._whole_weeks(start, end)
        segments = self.segments(begins, end)
        total += sum((one.usd for one in segments), self.user_charge if segments else Decimal(0))
        return total.quantize(CENT, rounding=ROUND_HALF_UP)

    def cost_of(self, felt: Sequence[Felt], now: datetime) -> Decimal:
        """USD of the stretches in which it was felt, until an aware time; the users' charge is taken once."""
        spans = [(one.begins, min(one.ends or now, now)) for one in felt]
        costs = [self.cumulative_cost(begins, ends) for begins, ends in spans if begins < ends]
        return sum(costs, Decimal(0)) - self.user_charge * max(0, len(costs) - 1)

    def worded(self, felt: Sequence[Felt], now: datetime) -> str:
        """What it cost until an aware time: by the minute, and once."""
        rate = self.rate(now) if any(one.ends is None for one in felt) else Decimal(0)
        return so_far(self.cost_of(felt, now), rate, self.user_charge)

    def _whole_weeks(self, start: datetime, end: datetime) -> tuple[datetime, Decimal]:
        """When the last week but one begins, and what it cost until then, without a segment for each day.

        A week by the service's clock has forty business hours; where clocks are changed it is not one.
        """
        weeks, zone = (end - start) // timedelta(days=7) - 1, zone_of(self.time_zone)
        if weeks < 1:
            return start, Decimal(0)
        local = start.astimezone(zone)
        begins = moment(local.date() + weeks * timedelta(days=7), local.time(), zone)
        extra = (BUSINESS_FACTOR - 1) * weeks * WEEKLY_BUSINESS_MINUTES
        return begins, self.cost_per_minute * (_minutes(start, begins) + extra)

    def sla_breach_risk(self, start: datetime, end: datetime) -> SlaRisk:
        """What the time between two aware times burnt of the error budget of the tier."""
        return SlaRisk(burnt_minutes=_minutes(start, end), budget_minutes=BUDGETS[self.service_tier])

    def saved(self, start: datetime, end: datetime, earlier: Sequence[timedelta]) -> Saved | NoHistory:
        """What it would have cost beyond this, had it lasted as long as such incidents did.

        Args:
            earlier: how long the service's earlier incidents of this kind lasted.
        """
        if not earlier:
            return NoHistory()
        usual = timedelta(seconds=median(one.total_seconds() for one in earlier))
        usd = self.cumulative_cost(start, start + usual) - self.cumulative_cost(start, end)
        return Saved(incidents=len(earlier), median_minutes=_minutes(start, start + usual), usd=usd)

    def _hours(self, at: datetime) -> Hours:
        local = at.astimezone(zone_of(self.time_zone))
        if local.weekday() >= 5:
            return Hours.WEEKEND
        return Hours.BUSINESS if OPENS <= local.time() < SHUTS else Hours.NIGHT


def own_cost(events: int, tokens_in: int = 0, tokens_out: int = 0) -> Decimal:
    """US dollars that an incident of so many events and tokens cost us."""
    spent = OwnCost(events=events, tokens_in=tokens_in, tokens_out=tokens_out)
    return spent.aws_usd + spent.tokens_usd


def _minutes(start: datetime, end: datetime) -> Decimal:
    return Decimal((end - start) // timedelta(microseconds=1)) / Decimal(60_000_000)
