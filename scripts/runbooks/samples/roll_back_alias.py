"""An alias that points to a version which has just been published."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.functions import code, new_function
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The alias's ARN."""
    function, client = new_function(aws), aws.client("lambda")
    client.publish_version(FunctionName=function)
    client.update_function_code(FunctionName=function, ZipFile=code("two"))
    version = client.publish_version(FunctionName=function)["Version"]
    alias = client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    return str(alias["AliasArn"])


SAMPLE = Sample(make)
