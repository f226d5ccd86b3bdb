"""What functions are made of: the code asset and the layers, for one stage's Python."""

import base64
import hashlib
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_

from stacks.components import wheels
from stacks.components.archive import archive
from stacks.components.code import code

BASE, NUMERICS, POLICY = "lambda-base", "lambda-numerics", "lambda-policy"


class Bundles:
    """Built once a synthesis, used by every stack.

    Raises:
        BundleError: in one sentence, when a layer could not be built.
    """

    def __init__(self, *, on_this_machine: bool) -> None:
        self._target = wheels.Target.of(on_this_machine=on_this_machine)
        self._code = code(self._target)
        self._layers = {group: wheels.layer(group, self._target) for group in (BASE, NUMERICS, POLICY)}

    @property
    def runtime(self) -> lambda_.Runtime:
        """The runtime that the wheels were chosen for."""
        return lambda_.Runtime(f"python{self._target.version}", lambda_.RuntimeFamily.PYTHON)

    @property
    def code(self) -> lambda_.Code:
        """The product's code; its asset hash is that of the sources."""
        return self._asset(*self._code)

    @property
    def code_sha256(self) -> str:
        """What Lambda will report as CodeSha256 of this code."""
        folder, _ = self._code
        zipped = Path(archive(folder, compress=not self._target.here)).read_bytes()
        return base64.b64encode(hashlib.sha256(zipped).digest()).decode()

    def layer(self, stack: Stack, group: str) -> lambda_.LayerVersion:
        """The layer of one dependency group in one stack.

        Each stack has its own: a layer's new version has a new ARN, and CloudFormation refuses to change an
        export that another stack uses.
        """
        id_ = {BASE: "BaseLayer", NUMERICS: "NumericsLayer", POLICY: "PolicyLayer"}[group]
        found = stack.node.try_find_child(id_)
        if isinstance(found, lambda_.LayerVersion):
            return found
        return lambda_.LayerVersion(
            stack,
            id_,
            code=self._asset(*self._layers[group]),
            compatible_runtimes=[self.runtime],
            description=f"{group} of requirements.lock",
        )

    def _asset(self, folder: Path, key: str) -> lambda_.Code:
        return lambda_.Code.from_asset(str(archive(folder, compress=not self._target.here)), asset_hash=key)
