"""Whether logs are what was written."""

from collections.abc import Iterator

from scripts.audit.auditor import Auditor
from scripts.doctor.finding import Finding, ok, warning, wrong
from scripts.doctor.subject import Subject
from shared.adapters.aws.stepfunctions_executions import StepFunctionsExecutions
from shared.domain.audit_finding import faults
from shared.domain.errors import IncidentNotFound

MOST = 20


def log(subject: Subject) -> Iterator[Finding]:
    """The logs of the newest incidents: hashes, MACs, copies and anchors."""
    auditor = Auditor(subject.reached)
    executions = StepFunctionsExecutions(subject.client("stepfunctions"), subject.outputs["StateMachineArn"])
    newest = dict.fromkeys(one.incident_id for one in executions.latest(MOST * 3))
    verified = 0
    for incident in list(newest)[:MOST]:
        try:
            found = auditor.verify(incident)
        except IncidentNotFound:
            yield warning("log", f"{incident} was started and never written", "see who started it")
            continue
        verified += 1
        for each in faults(found):
            fix = f"commander audit verify {incident} --stage {subject.stage}, then docs/audit.md"
            yield wrong("log", f"{incident} version {each.version}: {each.sentence} ({each.kind})", fix)
    yield ok(
        "log", f"{verified} of the newest incidents were verified; `commander audit verify --all` does all"
    )


CHECKS = (log,)
