"""What no declared stage has: other accounts, every channel, an issuer, and a runbook in the role form."""

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.commander import build
from stacks.components.deployed_runbook import DeployedRunbook
from stacks.stage import read_stage
from tests.stacks.undeclared import HOME, HUB, MAIL, OIDC, SANDBOX, TARGET, role_form


def main() -> None:
    """Synthesise them, under cdk-nag like the rest."""
    app = App(analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stages = dict(app.node.try_get_context("stages"))
    stages["dev"] = {
        **stages["dev"],
        "accounts": {"hub": HUB, "sandbox": SANDBOX, "targets": [TARGET]},
        "channels": {"pagerduty": True, "email": MAIL, "webhook": True},
        "oidc": OIDC,
    }
    build(app, read_stage(stages, "dev"))
    role = Stack(app, "RoleForm")
    DeployedRunbook(role, role_form(), place=HOME, executor=HOME.role("executor"))
    app.synth()


if __name__ == "__main__":
    main()
