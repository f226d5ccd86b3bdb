"""The functions, and what feeds them."""

from collections.abc import Iterator
from datetime import timedelta

from scripts.dead_letters.stage import functions as names_of
from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.lambda_functions import LambdaFunctions
from shared.domain.health import HEALTH
from shared.workflow.monitoring import QUIET

DAY = timedelta(days=1)
BY_THE_CLOCK = ("communication", HEALTH)


def feeds(subject: Subject) -> Iterator[Finding]:
    """Whether every mapping is on, and took what it was given last."""
    found = _functions(subject).feeds()
    for feed in found:
        check = f"feed of {feed.function}"
        stream = feed.stream.rsplit("/", 1)[-1] if ":table/" not in feed.stream else "the log's stream"
        if not feed.on:
            fix = f"aws lambda update-event-source-mapping --enabled --uuid {feed.id}"
            yield wrong(
                check, f"{stream} is {feed.state.lower()}: records wait, and are lost after a day", fix
            )
        elif feed.result.startswith("PROBLEM"):
            yield warning(
                check, f"{stream}: {feed.result}", f"look at the log of the {feed.function} function"
            )
        else:
            yield ok(check, f"{stream} is on")
    if not found:
        yield wrong("feeds", "no stream feeds any function", "deploy the stacks again")


def calls(subject: Subject) -> Iterator[Finding]:
    """When each function ran, and how often it failed."""
    names = tuple(sorted(names_of(subject.outputs)))
    functions = _functions(subject)
    did = functions.activity(names, subject.now - DAY, subject.now)
    for name in names:
        one, check = did[name], f"function {name}"
        ran = f"last ran about {one.last:%Y-%m-%d %H:%M} UTC" if one.last else "did not run for a day"
        if one.errors:
            fix = f"look at the log of the {name} function"
            yield warning(check, f"failed in {one.errors} of {one.invocations} calls in a day; {ran}", fix)
        elif name in BY_THE_CLOCK and (
            one.last is None or subject.now - one.last > QUIET + timedelta(minutes=5)
        ):
            fix = "see whether its EventBridge rule is enabled and the account's concurrency is not spent"
            yield wrong(check, f"it should run every few minutes, and {ran}", fix)
        else:
            yield ok(check, ran)


def _functions(subject: Subject) -> LambdaFunctions:
    return LambdaFunctions(subject.client("lambda"), subject.client("cloudwatch"), names_of(subject.outputs))


CHECKS = (feeds, calls)
