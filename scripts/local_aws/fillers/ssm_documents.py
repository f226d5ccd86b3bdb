"""SSM documents: versions, a default among them, and their lifecycle calls."""

from __future__ import annotations

import hashlib
import importlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from scripts.local_aws.fillers.ssm_fault import Fault

Scope = tuple[str, str]
"""Account and Region."""


@dataclass
class Document:
    """A document with all its versions; version numbers start at 1 and are never reused."""

    name: str
    kind: str
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    default: str = "1"
    last: int = 0
    created: float = field(default_factory=time.time)

    @property
    def latest(self) -> str:
        return str(self.last)

    def add(self, content: dict[str, Any]) -> str:
        self.last += 1
        self.versions[self.latest] = content
        return self.latest

    def version(self, wanted: str | None) -> str:
        """The number that `$DEFAULT`, `$LATEST`, a number or nothing stands for. Raises Fault."""
        number = {None: self.default, "": self.default, "$DEFAULT": self.default, "$LATEST": self.latest}.get(
            wanted, wanted
        )
        if number not in self.versions:
            raise Fault("InvalidDocumentVersion", f"The document version {wanted} does not exist.")
        return str(number)


class Documents:
    """Every document of every account and Region, and the calls on them."""

    def __init__(self) -> None:
        self._documents: dict[tuple[Scope, str], Document] = {}
        self._lock = threading.RLock()

    def find(self, scope: Scope, name: str) -> Document | None:
        return self._documents.get((scope, name.rsplit("/", 1)[-1]))

    def require(self, scope: Scope, name: str) -> Document:
        document = self.find(scope, name)
        if document is None:
            raise Fault("InvalidDocument", f"Document with name {name} does not exist.")
        return document

    def create_document(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        name, content = request["Name"], _content(request)
        with self._lock:
            if self.find(scope, name):
                raise Fault("DocumentAlreadyExists", f"Document with name {name} already exists.")
            document = Document(name, request.get("DocumentType") or "Command")
            document.add(content)
            self._documents[(scope, name)] = document
        return {"DocumentDescription": _description(document, document.default, scope)}

    def update_document(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document, content = self.require(scope, request["Name"]), _content(request)
        with self._lock:
            if content == document.versions[document.latest]:
                raise Fault(
                    "DuplicateDocumentContent", "The content of the document duplicates another version."
                )
            wanted = request.get("DocumentVersion")
            if wanted and document.version(wanted) != document.latest:
                raise Fault("InvalidDocumentVersion", "Only the latest version can be updated.")
            number = document.add(content)
        return {"DocumentDescription": _description(document, number, scope)}

    def update_document_default_version(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document = self.require(scope, request["Name"])
        document.default = document.version(request["DocumentVersion"])
        return {"Description": {"Name": document.name, "DefaultVersion": document.default}}

    def describe_document(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document = self.require(scope, request["Name"])
        return {"Document": _description(document, document.version(request.get("DocumentVersion")), scope)}

    def get_document(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document = self.require(scope, request["Name"])
        number = document.version(request.get("DocumentVersion"))
        return {
            "Name": document.name,
            "DocumentVersion": number,
            "Status": "Active",
            "Content": json.dumps(document.versions[number]),
            "DocumentType": document.kind,
            "DocumentFormat": "JSON",
        }

    def list_document_versions(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document = self.require(scope, request["Name"])
        versions = [
            {
                "Name": document.name,
                "DocumentVersion": number,
                "IsDefaultVersion": number == document.default,
                "DocumentFormat": "JSON",
                "Status": "Active",
            }
            for number in sorted(document.versions, key=int, reverse=True)
        ]
        return {"DocumentVersions": versions}

    def list_documents(self, _request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        mine = [document for (owner, _name), document in self._documents.items() if owner == scope]
        return {
            "DocumentIdentifiers": [
                {
                    "Name": each.name,
                    "Owner": scope[0],
                    "DocumentType": each.kind,
                    "DocumentVersion": each.default,
                }
                for each in mine
            ]
        }

    def delete_document(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        document = self.require(scope, request["Name"])
        self._documents.pop((scope, document.name), None)
        return {}


def _content(request: dict[str, Any]) -> dict[str, Any]:
    text = request["Content"]
    try:
        if request.get("DocumentFormat", "JSON") == "YAML":
            content = importlib.import_module("yaml").safe_load(text)
        else:
            content = json.loads(text)
    except ValueError as cause:
        raise Fault("InvalidDocumentContent", f"The content is not valid: {cause}") from cause
    if not isinstance(content, dict) or "schemaVersion" not in content:
        raise Fault("InvalidDocumentContent", "The content has no schemaVersion.")
    if request.get("DocumentType") == "Automation" and not content.get("mainSteps"):
        raise Fault("InvalidDocumentContent", "An Automation document has mainSteps.")
    return content


def _description(document: Document, number: str, scope: Scope) -> dict[str, Any]:
    content = document.versions[number]
    parameters = [
        {
            "Name": name,
            "Type": given.get("type", "String"),
            "Description": given.get("description", ""),
            **({"DefaultValue": _text(given["default"])} if "default" in given else {}),
        }
        for name, given in (content.get("parameters") or {}).items()
    ]
    return {
        "Name": document.name,
        "Owner": scope[0],
        "Status": "Active",
        "CreatedDate": document.created,
        "DocumentVersion": number,
        "DefaultVersion": document.default,
        "LatestVersion": document.latest,
        "DocumentType": document.kind,
        "DocumentFormat": "JSON",
        "SchemaVersion": content["schemaVersion"],
        "Description": content.get("description", ""),
        "Hash": hashlib.sha256(json.dumps(content).encode()).hexdigest(),
        "HashType": "Sha256",
        "PlatformTypes": ["Linux"],
        "Parameters": parameters,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
