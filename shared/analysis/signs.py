"""What the measures of one service show: the signs that the mechanism table speaks of."""

from shared.analysis.growth import climbed
from shared.analysis.health import Examination, Reading
from shared.domain.mechanism import Sign
from shared.domain.service import Measure

NEARLY_ALL = 0.8
"""Share of a limit from which on it is one; below that, more than usual is only busy."""
SIGN_OF = {
    Measure.ERRORS: Sign.FAILING,
    Measure.AVAILABILITY: Sign.FAILING,
    Measure.LATENCY: Sign.SLOW,
    Measure.SATURATION: Sign.AT_LIMIT,
    Measure.CPU: Sign.AT_LIMIT,
    Measure.MEMORY: Sign.MEMORY_FULL,
}


def signs_of(found: Examination, service: str) -> frozenset[Sign]:
    """The signs of a service; none of what it does not measure."""
    mine = [one for one in found.readings if one.service == service]
    signs = {SIGN_OF[one.measure] for one in mine if _shows(one)}
    if any(one.surging for one in mine):
        signs.add(Sign.SURGING)
    if Sign.MEMORY_FULL in signs and growth_of(found, service):
        signs.add(Sign.CLIMBING)
    return frozenset(signs)


def _shows(one: Reading) -> bool:
    limit = SIGN_OF.get(one.measure) is Sign.AT_LIMIT
    return one.harmful and (one.value >= NEARLY_ALL or not limit)


def growth_of(found: Examination, service: str) -> Reading | None:
    """The service's memory, if it climbed bit by bit to where it is."""
    memory = (service, Measure.MEMORY)
    reading = next((one for one in found.readings if (one.service, one.measure) == memory), None)
    if reading is None or reading.onset is None or not reading.harmful:
        return None
    [series] = [one for one in found.series if (one.service, one.measure) == memory]
    pairs = zip(series.times, series.values, strict=True)
    way = [value for at, value in pairs if at >= reading.onset]
    return reading if climbed(way, reading.baseline) else None
