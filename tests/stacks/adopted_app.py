"""A runbook whose document was in the account before: what no stage declares."""

from aws_cdk import App, Stack

from stacks.components.deployed_runbook import DeployedRunbook
from tests.stacks.undeclared import HOME, adopted

if __name__ == "__main__":
    app = App(analytics_reporting=False)
    stack = Stack(app, "Adopted")
    DeployedRunbook(stack, adopted(), place=HOME, executor=HOME.role("executor"))
    app.synth()
