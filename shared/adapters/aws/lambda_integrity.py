"""Code hashes of the agents' functions, against those that the deployment recorded.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html: of the zip, base64.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.model import AgentName

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class DeployedCode:
    """What a stack deployed for an agent."""

    function: str  # name
    sha256: str  # of the code's zip, base64


class LambdaIntegrity:
    """Looks at each function's code; layers are not in that hash."""

    def __init__(self, client: "LambdaClient", deployed: Mapping[AgentName, DeployedCode]) -> None:
        self._client = client
        self._deployed = dict(deployed)

    def changed(self) -> Mapping[AgentName, str]:
        """The agents whose code is not the deployed one.

        Raises:
            PortError: AWS was busy. A function that cannot be looked at for another reason counts as changed.
        """
        found: dict[AgentName, str] = {}
        for agent, deployed in self._deployed.items():
            try:
                with port_errors():
                    running = self._client.get_function_configuration(FunctionName=deployed.function)
            except PortError as error:
                if error.retryable:
                    raise
                found[agent] = f"its code cannot be looked at: {error}"[:500]
                continue
            if running["CodeSha256"] != deployed.sha256:
                found[agent] = (
                    f"runs code {running['CodeSha256'][:12]}…, not the deployed {deployed.sha256[:12]}…"
                )
        return found
