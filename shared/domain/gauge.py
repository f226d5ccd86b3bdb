"""A number that the product says of itself, for an alarm or a dashboard to read."""

from shared.domain.model import Model


class Gauge(Model):
    """One datum. `about` names the agent, channel or queue it is about, if one; `note` is for the log."""

    name: str
    value: float
    about: str = ""
    note: str = ""
