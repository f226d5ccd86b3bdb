"""Who asks, where, and whether a stage can be deployed there or is."""

from collections.abc import Iterator

from scripts.commander.reached import PARTS
from scripts.doctor.finding import Finding, ok, unknown, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
"""https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"""
OLDEST = 6


def credentials(subject: Subject) -> Iterator[Finding]:
    """Who we are."""
    try:
        with port_errors():
            caller = subject.client("sts").get_caller_identity()
    except PortError as error:
        fix = "sign in (`aws sso login`, or AWS_PROFILE), and try `aws sts get-caller-identity`"
        yield wrong("credentials", f"AWS does not know you: {error}", fix)
        return
    account, hub = caller["Account"], subject.config.accounts.hub
    if hub and hub != account and subject.stage != "local":
        fix = f"use credentials of {hub}, or change accounts.hub in cdk.json"
        yield wrong("credentials", f"you are in {account}, and the stage's own account is {hub}", fix)
    else:
        yield ok("credentials", f"{caller['Arn']} in the account {account}")


def region(subject: Subject) -> Iterator[Finding]:
    """Where we are."""
    try:
        with port_errors():
            yield ok("region", str(subject.client("sts").meta.region_name))
    except PortError as error:
        yield wrong("region", str(error), "set AWS_REGION, or a region for the profile")


def bootstrap(subject: Subject) -> Iterator[Finding]:
    """Whether `cdk deploy` finds its bucket and roles."""
    if subject.config.on_this_machine:
        yield ok("bootstrap", "the local AWS needs none")
        return
    fix = "npx aws-cdk@2 bootstrap"
    try:
        with port_errors():
            found = subject.client("ssm").get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"]
    except PortError as error:
        if "ParameterNotFound" not in str(error):
            raise
        yield wrong("bootstrap", "the CDK was never bootstrapped in this account and Region", fix)
        return
    if int(found) < OLDEST:
        yield wrong("bootstrap", f"version {found} is older than {OLDEST}", fix)
    else:
        yield ok("bootstrap", f"version {found}")


def stacks(subject: Subject) -> Iterator[Finding]:
    """What is deployed."""
    missing = [part for part in PARTS if part not in subject.parts]
    deploy = f"npx aws-cdk@2 deploy --all -c stage={subject.config.name}"
    if subject.unreached:
        yield unknown("stacks", subject.unreached)
    elif not subject.parts:
        yield warning("stacks", "not deployed yet: what can be asked only then is not asked", deploy)
    elif missing:
        yield wrong("stacks", f"{', '.join(missing)} missing", deploy)
    else:
        yield ok("stacks", f"all {len(PARTS)} are there")


def model(_subject: Subject) -> Iterator[Finding]:
    """Whether a model can be asked."""
    yield ok("model", "none is configured, so no access is needed: agents judge by code alone")


CHECKS = (credentials, region, bootstrap, stacks, model)
