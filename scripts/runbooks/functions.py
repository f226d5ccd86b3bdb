"""Lambda functions in the local AWS, for the samples that need one."""

import io
import json
import zipfile

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import unique


def code(text: str) -> bytes:
    """A zip of a module `index` whose handler answers with this text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", f"def handler(event, context):\n    return {text!r}\n")
    return buffer.getvalue()


def new_function(aws: LocalAws) -> str:
    """ARN of a new function, with a role that may do nothing."""
    name = unique("function")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    made = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="index.handler",
        Code={"ZipFile": code("one")},
    )
    return str(made["FunctionArn"])
