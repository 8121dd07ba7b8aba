"""What previews left in a real project: found and removed by gcloud, and by kubectl what is in the cluster.

Labels are searched in Cloud Asset Inventory, which has GKE's namespaces too, minutes after they change:
https://docs.cloud.google.com/asset-inventory/docs/asset-types
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from delivery import gcloud
from delivery.engines import Engine
from delivery.errors import Failed
from delivery.leftovers import Leftover, of_name
from delivery.place import Place
from model import names
from model.environment import Environment
from model.stacks import load_environment

NAMESPACE, JOB = "kubernetes:core/v1:Namespace", "kubernetes:batch/v1:Job"
DATABASE, USER = "gcp:sql/database:Database", "gcp:sql/user:User"
KINDS = {
    "pubsub.googleapis.com/Topic": "gcp:pubsub/topic:Topic",
    "pubsub.googleapis.com/Subscription": "gcp:pubsub/subscription:Subscription",
    "secretmanager.googleapis.com/Secret": "gcp:secretmanager/secret:Secret",
    "k8s.io/Namespace": NAMESPACE,
}
"""Asset type -> Pulumi's. What else bears the label is in one of these, or goes with it."""

_DELETE: Mapping[str, Sequence[str]] = {
    "gcp:pubsub/topic:Topic": ("pubsub", "topics", "delete"),
    "gcp:pubsub/subscription:Subscription": ("pubsub", "subscriptions", "delete"),
    "gcp:secretmanager/secret:Secret": ("secrets", "delete"),
    DATABASE: ("sql", "databases", "delete"),
    USER: ("sql", "users", "delete"),
}


class GcloudLeftovers:
    """Implements `delivery.leftovers.Leftovers` by Google's own commands."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine, self._place = engine, place

    def found(self, base: str) -> Sequence[Leftover]:
        """By label, and databases and users by name."""
        found = list(self._labelled(base))
        found += [*self._in_instance(base, "databases", DATABASE), *self._in_instance(base, "users", USER)]
        return sorted([*found, *self._jobs(base)])

    def remove(self, base: str, leftover: Leftover) -> None:
        """A namespace with all that is in it, everything else by itself. What is gone already is no error: Cloud Asset
        Inventory learns of it late."""
        name = leftover.name.rpartition("/")[2]
        if leftover.kind == NAMESPACE:
            self._kubectl(base, "delete", "namespace", name, "--ignore-not-found", "--wait=false")
            return
        if leftover.kind == JOB:
            self._kubectl(base, "delete", "job", name, "-n", names.DATABASE_NAMESPACE, "--ignore-not-found")
            return
        command = ["gcloud", *_DELETE[leftover.kind], name, f"--project={self._project(base)}"]
        if leftover.kind in (DATABASE, USER):
            command.append(f"--instance={self._instance(base)}")
        if (problem := gcloud.tell(command, self._engine.credentials(base))) and not gcloud.absent(problem):
            raise Failed(f"{leftover.name} was not removed: {problem}", "Remove it by hand, or sweep again.")

    def _labelled(self, base: str) -> Iterator[Leftover]:
        search = ["gcloud", "asset", "search-all-resources", f"--scope=projects/{self._project(base)}"]
        search += [f"--query=labels.{names.PREVIEW_LABEL}:*", "--read-mask=name,assetType,labels"]
        for asset in self._listed(base, search):
            kind, preview = KINDS.get(asset.get("assetType", "")), asset.get("labels", {}).get(names.PREVIEW_LABEL, "")
            if kind and names.PREVIEW.fullmatch(preview):
                yield Leftover(preview, kind, asset["name"])

    def _in_instance(self, base: str, what: str, kind: str) -> Iterator[Leftover]:
        command = [
            "gcloud",
            "sql",
            what,
            "list",
            f"--instance={self._instance(base)}",
            f"--project={self._project(base)}",
        ]
        for each in self._listed(base, command):
            if preview := of_name(each["name"]):
                yield Leftover(preview, kind, each["name"])

    def _jobs(self, base: str) -> Iterator[Leftover]:
        """Those by which the base made a preview's grants and copies."""
        label = names.PREVIEW_LABEL
        said = self._kubectl(base, "get", "jobs", "-n", names.DATABASE_NAMESPACE, "-l", label, "-o", "json")
        for each in json.loads(said or "{}").get("items", []):
            preview = str(each["metadata"].get("labels", {}).get(label, ""))
            if names.PREVIEW.fullmatch(preview):
                yield Leftover(preview, JOB, each["metadata"]["name"])

    def _kubectl(self, base: str, *arguments: str) -> str:
        """What kubectl says, in the base's cluster. Raises Failed."""
        program = shutil.which("kubectl")
        if program is None:
            raise Failed("kubectl is not on the PATH", "Install it: https://kubernetes.io/docs/tasks/tools/")
        outputs = self._engine.outputs(base, show_secrets=True) or {}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as kubeconfig:
            kubeconfig.write(str(outputs.get("kubeconfig", "")))
            kubeconfig.flush()
            environment = {**os.environ, **self._engine.credentials(base), "KUBECONFIG": kubeconfig.name}
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            what = f"kubectl {' '.join(arguments[:2])} in the cluster of {base} failed: {done.stderr.strip()}"
            raise Failed(what, "Check access to the cluster, and sweep again.")
        return done.stdout

    def _project(self, base: str) -> str:
        loaded = load_environment(base, self._place.config)
        assert isinstance(loaded, Environment)
        return loaded.project

    def _instance(self, base: str) -> str:
        return str((self._engine.outputs(base) or {}).get("database_instance", ""))

    def _listed(self, base: str, command: Sequence[str]) -> list[dict[str, Any]]:
        answer = gcloud.ask(command, self._engine.credentials(base))
        if answer.problem:
            raise Failed(f"what previews left cannot be listed: {answer.problem}", "Check access to the project.")
        return list(answer.found or ())
