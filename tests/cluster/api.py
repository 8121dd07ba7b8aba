"""The Kubernetes API over HTTPS, as little of it as the comparison needs."""

import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MANAGER = "slipway"


class Refused(Exception):
    """What the API server does not do; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """One connection to one API server. Not for threads."""

    def __init__(self, server: str, token: str, certificate: Path) -> None:
        self._host = urlsplit(server).netloc
        self._token = token
        # The server signs its own certificate, for the name localhost among others.
        self._context = ssl.create_default_context(cafile=str(certificate))
        self._context.check_hostname = False
        self._connection: http.client.HTTPSConnection | None = None
        self._paths: dict[tuple[str, str], tuple[str, bool]] = {}

    def ready(self) -> bool:
        """Whether it is up; never raises."""
        try:
            self.request("GET", "/readyz")
        except (OSError, http.client.HTTPException, Refused):
            self._connection = None
            return False
        return True

    def request(self, method: str, path: str, body: Any = None, content: str = "application/json") -> Any:
        """The answer's JSON, or its text where it is none. Raises Refused."""
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(self._host, context=self._context, timeout=60)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": content}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        answer = json.loads(text) if "json" in (response.headers["Content-Type"] or "") else text
        if response.status >= 400:
            raise Refused(response.status, answer["message"] if isinstance(answer, dict) else text)
        return answer

    def apply(self, manifest: Mapping[str, Any], dry_run: bool = False) -> Any:
        """Server-side apply; fields that the schema does not know are refused."""
        query = f"?fieldManager={MANAGER}&force=true&fieldValidation=Strict" + ("&dryRun=All" if dry_run else "")
        return self.request("PATCH", self._object(manifest) + query, manifest, APPLY)

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Delete an object; what belongs to it goes after it. Raises Refused 404 where it is not there."""
        self.request("DELETE", self._object(manifest), {"propagationPolicy": "Background"})

    def list(self, version: str, kind: str, namespace: str = "") -> list[dict[str, Any]]:
        """All objects of a kind, in one namespace or everywhere."""
        items: list[dict[str, Any]] = self.request("GET", self.path(version, kind, namespace))["items"]
        return items

    def evict(self, pod: Mapping[str, Any]) -> None:
        """Ask for a pod's eviction, as `kubectl drain` does. Raises Refused 429 where a budget forbids it."""
        metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
        path = f"{self.path('v1', 'Pod', metadata['namespace'])}/{metadata['name']}/eviction"
        self.request("POST", path, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata})

    def path(self, version: str, kind: str, namespace: str = "") -> str:
        """The path of a kind's collection, by discovery. Raises Refused 404 for a kind that is not served."""
        if (version, kind) not in self._paths:
            root = f"/apis/{version}" if "/" in version else f"/api/{version}"
            for resource in self.request("GET", root)["resources"]:
                if "/" not in resource["name"]:
                    self._paths[version, resource["kind"]] = f"{root}|{resource['name']}", resource["namespaced"]
        if (version, kind) not in self._paths:
            raise Refused(404, f'no matches for kind "{kind}" in version "{version}"')
        path, namespaced = self._paths[version, kind]
        return path.replace("|", f"/namespaces/{namespace}/" if namespaced and namespace else "/")

    def _object(self, manifest: Mapping[str, Any]) -> str:
        path = self.path(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace", ""))
        return f"{path}/{manifest['metadata']['name']}"


APPLY = "application/apply-patch+yaml"
