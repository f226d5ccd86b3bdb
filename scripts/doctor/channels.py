"""The roads to people: secrets that are filled in, an identity that may mail, somebody who listens."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError

SECRETS = {"SlackSecret": "Slack", "PagerdutySecret": "PagerDuty", "WebhookSecret": "webhook"}
"""Output -> whose secret it is."""
TEAM = "team"
ANSWERS = frozenset({"signing_secret", TEAM, "webhook_secret"})
"""Fields by which we know that an answer is genuine and ours: without a secret of them none comes back."""
TOPICS = {
    "LastResortTopic": "what no channel took reaches nobody",
    "AlarmTopic": "that the commander itself is unwell reaches nobody",
}
"""Output -> what it means that nobody listens."""


def mail(subject: Subject) -> Iterator[Finding]:
    """Whether SES lets the configured sender write; asked before a deploy too."""
    email = subject.config.channels.email
    if email is None:
        return
    names = (email.sender, email.sender.split("@")[1])
    if any(_is_verified(subject, name) for name in names):
        yield ok("mail", f"{email.sender} is verified in SES")
    else:
        fix = f"aws sesv2 create-email-identity --email-identity {names[1]}, then follow what SES says"
        yield wrong("mail", f"neither {names[0]} nor {names[1]} is a verified identity of SES here", fix)
    with port_errors():
        account = subject.client("sesv2").get_account()
    if not account.get("ProductionAccessEnabled"):
        fix = "ask for production access in the SES console, or verify every address that is written to"
        yield warning("mail", "SES is in its sandbox here: only verified addresses get mail", fix)


def _is_verified(subject: Subject, name: str) -> bool:
    try:
        with port_errors():
            found = subject.client("sesv2").get_email_identity(EmailIdentity=name)
    except PortError as error:
        if "NotFoundException" not in str(error):
            raise
        return False
    return bool(found.get("VerifiedForSendingStatus"))


def secrets(subject: Subject) -> Iterator[Finding]:
    """Whether a person has put something where the deployment put a placeholder. Nothing of it is shown."""
    for output, whose in SECRETS.items():
        if output in subject.outputs:
            yield _secret(subject, subject.outputs[output], whose)


def _secret(subject: Subject, arn: str, whose: str) -> Finding:
    client, check = subject.client("secretsmanager"), f"{whose} secret"
    with port_errors():
        versions = client.describe_secret(SecretId=arn).get("VersionIdsToStages", {})
        value = client.get_secret_value(SecretId=arn)["SecretString"]
    fix = f"aws secretsmanager put-secret-value --secret-id {arn} --secret-string '{{…}}' (README, Deploy)"
    try:
        fields = json.loads(value)
        empty = sorted(name for name, text in fields.items() if not text)
    except (ValueError, AttributeError):
        return wrong(check, "it is not a JSON object", fix)
    unheard = [name for name in empty if name in ANSWERS]
    empty = [name for name in empty if name not in ANSWERS]
    if whose == "PagerDuty" and not subject.config.channels.pagerduty:
        if unheard or len(versions) <= 1:
            return ok(check, "not filled in, and PagerDuty is not a channel of this stage")
        return ok(check, "filled in for what people answer; the stage does not write to PagerDuty itself")
    if whose == "Slack" and not str(fields.get("token", "")).startswith("xox"):
        return wrong(check, "its token is still the placeholder, or none of Slack's (xoxb-…)", fix)
    if empty:
        return wrong(check, f"it has nothing under {', '.join(empty)}", fix)
    if len(versions) <= 1:
        return wrong(check, "it was never changed since it was generated: a placeholder", fix)
    if weak := _weak(fields, unheard):
        return warning(check, weak, fix)
    return ok(check, "filled in")


def _weak(fields: Mapping[str, Any], unheard: Sequence[str]) -> str:
    """What a secret that is filled in lacks for answers, if anything."""
    if fields.get("signing_secret") and not fields.get(TEAM):
        return "without team a click counts by the member's id alone, from any workspace that the app is in"
    return f"without {', '.join(unheard)} nobody can answer there" if unheard else ""


def listeners(subject: Subject) -> Iterator[Finding]:
    """Whether somebody is subscribed, and has confirmed it."""
    for output, otherwise in TOPICS.items():
        arn = subject.outputs[output]
        with port_errors():
            pages = subject.client("sns").get_paginator("list_subscriptions_by_topic")
            found = [one for page in pages.paginate(TopicArn=arn) for one in page["Subscriptions"]]
        confirmed = [one for one in found if one["SubscriptionArn"].startswith("arn:")]
        if confirmed:
            yield ok(f"subscribers of {output}", f"{len(confirmed)}")
            continue
        said = f"{len(found)} wait for their confirmation" if found else "nobody is subscribed"
        fix = f"aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint YOU; confirm it"
        yield wrong(f"subscribers of {output}", f"{said}: {otherwise}", fix)


CHECKS = (secrets, listeners)
