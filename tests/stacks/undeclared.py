"""What no stage and no runbook's file declares: other accounts, a mail, and a runbook in the role form."""

from shared.domain.naming import Place
from shared.domain.runbook import Adopted, Form, Runbook
from shared.runbooks.restore_parameter import RUNBOOK

HUB, SANDBOX, TARGET = "111122223333", "444455556666", "777788889999"
MAIL = {"sender": "commander@example.com", "to": "ops@example.com"}
OIDC = {
    "issuer": "https://login.example.com/pool",
    "audience": ["client"],
    "client_id": "client",
    "roles_claim": "groups",
}
HOME = Place("dev", HUB, "eu-central-1")


def role_form() -> Runbook:
    """A runbook that nobody declares, in the role form; one of its actions knows no tag."""
    assume = {"type": "AWS::IAM::Role::Arn", "description": "what the automation runs as"}
    document = {
        **RUNBOOK.document,
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {**RUNBOOK.document["parameters"], "AutomationAssumeRole": assume},
    }
    return RUNBOOK.model_copy(
        update={
            "id": "restore-parameters",
            "form": Form.ROLE,
            "document": document,
            "actions": ("ssm:PutParameter", "ssm:LabelParameterVersion"),
            "untagged": frozenset({"ssm:LabelParameterVersion"}),
        }
    )


def adopted() -> Runbook:
    """A runbook that nobody declares, whose document somebody made."""
    document = Adopted(name="OurRestore", version="7", sha256="0" * 64)
    return RUNBOOK.model_copy(update={"id": "our-restore", "document": document})
