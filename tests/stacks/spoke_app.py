"""What no declared stage has: a sandbox and a target account, and a runbook in the role form."""

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from shared.domain.naming import Place
from shared.domain.runbook import Form, Runbook
from shared.runbooks.restore_parameter import RUNBOOK
from stacks.commander import build
from stacks.components.deployed_runbook import DeployedRunbook
from stacks.stage import read_stage

HUB, SANDBOX, TARGET = "111122223333", "444455556666", "777788889999"
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


def main() -> None:
    """Synthesise them, under cdk-nag like the rest."""
    app = App(analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stages = dict(app.node.try_get_context("stages"))
    stages["dev"] = {
        **stages["dev"],
        "accounts": {"hub": HUB, "sandbox": SANDBOX, "targets": [TARGET]},
    }
    build(app, read_stage(stages, "dev"))
    role = Stack(app, "RoleForm")
    DeployedRunbook(role, role_form(), place=HOME, executor=HOME.role("executor"))
    app.synth()


if __name__ == "__main__":
    main()
