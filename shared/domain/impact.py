"""Business impact: what an incident costs by the minute, by time segments, to the cent."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.model import Model
from shared.domain.service import Service, Tier

BUSINESS_HOURS = range(9, 17)
BUSINESS_FACTOR = Decimal(2)
USER_THRESHOLD = 1_000
CENT = Decimal("0.01")


OWN_FIXED = Decimal("0.0045")
OWN_PER_EVENT = Decimal("0.00005")


def own_cost(events: int) -> Decimal:
    """US dollars of AWS calls that an incident with so many events cost us: an estimate from list prices.

    us-east-1: an execution of about 60 transitions at $25 a million, and about 60 Lambda invocations of
    256 MB for half a second at $0.0000167 a GB second with their requests and metric reads, make the fixed
    part; each event is a MAC ($0.03 per 10,000), its checks, a transactional write and the reads of it.
    No model is asked, so there are no tokens.
    """
    return OWN_FIXED + OWN_PER_EVENT * events


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

    def cumulative_cost(self, start: datetime, end: datetime) -> Decimal:
        """USD between two aware times: each hour at its own rate, $1 a user once above 1,000 users."""
        zone = ZoneInfo(self.time_zone)
        total, at = Decimal(0), start
        while at < end:
            local = at.astimezone(zone)
            boundary = at + (
                timedelta(hours=1)
                - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            )
            until = min(boundary, end)
            minutes = Decimal((until - at) // timedelta(microseconds=1)) / Decimal(60_000_000)
            busy = local.weekday() < 5 and local.hour in BUSINESS_HOURS
            total += minutes * self.cost_per_minute * (BUSINESS_FACTOR if busy else 1)
            at = until
        if self.affected_users > USER_THRESHOLD and end > start:
            total += Decimal(self.affected_users)
        return total.quantize(CENT, rounding=ROUND_HALF_UP)
