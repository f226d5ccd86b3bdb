"""US dollars in words: what was spent once, what a minute costs, and never `$0` while it costs something."""

from decimal import ROUND_HALF_UP, Decimal

WHOLE_FROM = Decimal(100)
"""From here on nobody reads cents."""
LEAST = Decimal("0.01")


def dollars(usd: Decimal) -> str:
    """`$22,500`, `$4.20`, `less than $0.01`."""
    if Decimal(0) < usd < LEAST:
        return "less than $0.01"
    unit = Decimal(1) if usd >= WHOLE_FROM else LEAST
    return f"${usd.quantize(unit, rounding=ROUND_HALF_UP):,}" if usd else "$0"


def written(amount: str) -> str:
    """An amount of the log as people read it; what is no amount stays what it says."""
    try:
        return f"${Decimal(amount):,.2f}"
    except ArithmeticError:
        return f"${amount}"


def so_far(usd: Decimal, per_minute: Decimal, once: Decimal) -> str:
    """What it has cost the business, what every further minute costs, and which part of it is no time's.

    Args:
        usd: until now, with what is charged once.
        per_minute: 0 when it costs no more.
        once: for its users, however long it takes.
    """
    parts = [f"{dollars(usd)} {'so far' if per_minute else 'in all'}"] if usd or not per_minute else []
    parts += [f"{dollars(per_minute)} a minute"] if per_minute else []
    parts += [f"{dollars(once)} of it once, for its users"] if once and usd else []
    return ", ".join(parts)
