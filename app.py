"""The CDK app: `npx aws-cdk@2 deploy --all -c stage=dev`."""

import sys

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from shared.domain.errors import InvalidConfiguration
from stacks.commander import build
from stacks.stage import read_stage


def main() -> None:
    """Synthesise one stage; what is wrong with it is said in one sentence."""
    app = App(analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        stage = read_stage(app.node.try_get_context("stages"), app.node.try_get_context("stage"))
        build(app, stage)
    except InvalidConfiguration as error:
        sys.exit(str(error))
    app.synth()


main()
