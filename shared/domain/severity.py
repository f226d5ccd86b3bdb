"""Severity: how grave an incident is. Detection grades it; a person may grade it again while it runs."""

from enum import StrEnum


class Severity(StrEnum):
    """The levels, worst first.

    What hangs on it: who hears of an incident and through what (do-not-disturb, directors, a page's urgency),
    the order in which people are told, and whether a change freeze may be broken. Not what a minute costs,
    which is the price of the service's tier, nor the level at which a remedy may run by itself: an adjective
    must neither move money nor loosen a rule.
    """

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
