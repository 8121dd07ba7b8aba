"""What previews left in a real project: asked of gcloud and kubectl, which here are programs that answer as those do."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from delivery import state_locks
from delivery.engines import Engine
from delivery.errors import Failed
from delivery.leftovers import Leftover, of_name
from delivery.leftovers_gcloud import JOB, NAMESPACE, GcloudLeftovers
from delivery.place import Place

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """#!{python} -S
import json, os, sys
with open({calls!r}, "a") as file:
    kubeconfig = os.environ.get("KUBECONFIG", "")
    seen = open(kubeconfig).read() if kubeconfig and {name!r} == "kubectl" else ""
    print(json.dumps([{name!r}, *sys.argv[1:], *([seen] if seen else [])]), file=file)
with open({calls!r} + ".as", "a") as file:
    print(os.environ.get("CLOUDSDK_AUTH_ACCESS_TOKEN", "whoever"), file=file)
for beginning, (out, err, code) in json.load(open({answers!r})).items():
    if " ".join(sys.argv[1:]).startswith(beginning):
        sys.stdout.write(out), sys.stderr.write(err), sys.exit(code)
sys.exit("no answer to " + " ".join(sys.argv[1:]))
"""
CLUSTER = "//container.googleapis.com/projects/ampersand-dev/locations/us-west1/clusters/c/k8s"
ASSETS = [
    {
        "name": "//pubsub.googleapis.com/projects/ampersand-dev/topics/pr-7-jobs",
        "assetType": "pubsub.googleapis.com/Topic",
        "labels": {"preview": "pr-7"},
    },
    {"name": f"{CLUSTER}/namespaces/pr-search", "assetType": "k8s.io/Namespace", "labels": {"preview": "pr-7"}},
    {"name": f"{CLUSTER}/namespaces/other", "assetType": "k8s.io/Namespace", "labels": {"preview": "theirs"}},
    {
        "name": "//compute.googleapis.com/projects/x/disks/d",
        "assetType": "compute.googleapis.com/Disk",
        "labels": {"preview": "pr-7"},
    },
]


class Base:
    """The base's exports and who acts on it, and nothing else of an engine."""

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any]:
        assert stack == "dev"
        return {"database_instance": "main-1a2b", **({"kubeconfig": "apiVersion: v1"} if show_secrets else {})}

    def credentials(self, stack: str) -> dict[str, str]:
        assert stack == "dev"
        return {"CLOUDSDK_AUTH_ACCESS_TOKEN": "of-dev"}


@dataclass
class Tools:
    folder: Path

    def answer(self, answers: dict[str, Any]) -> None:
        """Beginning of the arguments -> what is printed, or (output, error, exit code)."""
        found = {key: each if isinstance(each, tuple) else (each if isinstance(each, str) else json.dumps(each), "", 0)
                 for key, each in answers.items()}  # fmt: skip
        (self.folder / "answers.json").write_text(json.dumps(found))

    @property
    def calls(self) -> list[list[str]]:
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def acted(self) -> set[str]:
        """With whose tokens."""
        return set((self.folder / "calls.as").read_text().split())


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    for name in ("gcloud", "kubectl"):
        texts = {"calls": str(tmp_path / "calls"), "answers": str(tmp_path / "answers.json"), "name": name}
        (tmp_path / name).write_text(PROGRAM.format(python=sys.executable, **texts))
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return Tools(tmp_path)


@pytest.fixture
def leftovers(tmp_path: Path) -> GcloudLeftovers:
    return GcloudLeftovers(cast(Engine, Base()), Place(ROOT, ROOT, tmp_path))


def test_what_bears_the_label_or_the_name(tools: Tools, leftovers: GcloudLeftovers) -> None:
    tools.answer({
        "asset search-all-resources": ASSETS,
        "sql databases list": [{"name": "main"}, {"name": "pr_7_main"}, {"name": "postgres"}],
        "get jobs": {"items": [{"metadata": {"name": "pr-7-copy-main-golden", "labels": {"preview": "pr-7"}}}]},
        "sql users list": [{"name": "login-main@ampersand-dev.iam"}, {"name": "pr_7_preview"}],
    })  # fmt: skip
    assert leftovers.found("dev") == [
        Leftover("pr-7", "gcp:pubsub/topic:Topic", "//pubsub.googleapis.com/projects/ampersand-dev/topics/pr-7-jobs"),
        Leftover("pr-7", "gcp:sql/database:Database", "pr_7_main"),
        Leftover("pr-7", "gcp:sql/user:User", "pr_7_preview"),
        Leftover("pr-7", JOB, "pr-7-copy-main-golden"),
        Leftover("pr-7", NAMESPACE, f"{CLUSTER}/namespaces/pr-search"),
    ]
    assert tools.calls[0] == [
        *("gcloud", "asset", "search-all-resources", "--scope=projects/ampersand-dev"),
        *("--query=labels.preview:*", "--read-mask=name,assetType,labels", "--format=json", "--quiet"),
    ]
    assert "--instance=main-1a2b" in tools.calls[1]
    assert tools.acted == {"of-dev"}


@pytest.mark.parametrize(
    ("leftover", "command"),
    [
        (Leftover("pr-7", "gcp:pubsub/topic:Topic", "//x/topics/pr-7-jobs"),
         ["gcloud", "pubsub", "topics", "delete", "pr-7-jobs", "--project=ampersand-dev", "--quiet"]),
        (Leftover("pr-7", "gcp:pubsub/subscription:Subscription", "//x/subscriptions/pr-7-jobs-a"),
         ["gcloud", "pubsub", "subscriptions", "delete", "pr-7-jobs-a", "--project=ampersand-dev", "--quiet"]),
        (Leftover("pr-7", "gcp:secretmanager/secret:Secret", "//x/secrets/pr-7-database-password"),
         ["gcloud", "secrets", "delete", "pr-7-database-password", "--project=ampersand-dev", "--quiet"]),
        (Leftover("pr-7", "gcp:sql/database:Database", "pr_7_main"),
         ["gcloud", "sql", "databases", "delete", "pr_7_main", "--project=ampersand-dev", "--instance=main-1a2b", "--quiet"]),
        (Leftover("pr-7", "gcp:sql/user:User", "pr_7_preview"),
         ["gcloud", "sql", "users", "delete", "pr_7_preview", "--project=ampersand-dev", "--instance=main-1a2b", "--quiet"]),
        (Leftover("pr-7", NAMESPACE, f"{CLUSTER}/namespaces/pr-search"),
         ["kubectl", "delete", "namespace", "pr-search", "--ignore-not-found", "--wait=false", "apiVersion: v1"]),
        (Leftover("pr-7", JOB, "grants-1a2b3c4d"),
         ["kubectl", "delete", "job", "grants-1a2b3c4d", "-n", "database", "--ignore-not-found", "apiVersion: v1"]),
    ],
)  # fmt: skip
def test_each_goes_by_its_own_command(
    tools: Tools, leftovers: GcloudLeftovers, leftover: Leftover, command: list[str]
) -> None:
    tools.answer({"": ""})
    leftovers.remove("dev", leftover)
    assert tools.calls == [command]
    assert tools.acted == {"of-dev"}


def test_what_cannot_be_asked_is_no_empty_answer(tools: Tools, leftovers: GcloudLeftovers) -> None:
    tools.answer({"": ("", "ERROR: PERMISSION_DENIED", 1)})
    with pytest.raises(Failed, match="what previews left cannot be listed: .*PERMISSION_DENIED"):
        leftovers.found("dev")


@pytest.mark.parametrize("kind", [NAMESPACE, "gcp:sql/user:User"])
def test_what_is_not_removed_is_said(tools: Tools, leftovers: GcloudLeftovers, kind: str) -> None:
    tools.answer({"": ("", "ERROR: it is in use", 1)})
    with pytest.raises(Failed, match=r"(was not removed|failed): .*it is in use"):
        leftovers.remove("dev", Leftover("pr-7", kind, "x"))


def test_what_is_gone_already_is_removed(tools: Tools, leftovers: GcloudLeftovers) -> None:
    """Cloud Asset Inventory still has it for some minutes."""
    tools.answer({"": ("", "ERROR: (gcloud.pubsub.topics.delete) NOT_FOUND: Resource not found (resource=x).", 1)})
    leftovers.remove("dev", Leftover("pr-7", "gcp:pubsub/topic:Topic", "//x/topics/x"))
    assert [call[:4] for call in tools.calls] == [["gcloud", "pubsub", "topics", "delete"]]


@pytest.mark.parametrize(
    ("name", "preview"),
    [("pr_7_main", "pr-7"), ("pr_42_preview", "pr-42"), ("pr_0_main", ""), ("pr_7", ""), ("main", ""), ("xpr_7_main", "")],
)  # fmt: skip
def test_databases_are_known_by_name(name: str, preview: str) -> None:
    assert of_name(name) == preview


LOCK = {"pid": 7, "username": "root", "hostname": "build", "timestamp": "2026-01-31T12:00:00.123456789Z"}


def test_locks_in_a_bucket(tools: Tools) -> None:
    path = ".pulumi/locks/organization/slipway/pr-7/a.json"
    tools.answer({
        "storage objects list": [{"bucket": "states", "name": path}, {"bucket": "states", "name": "b.json"}],
        f"storage cat gs://states/{path}": LOCK,
        "storage cat gs://states/b.json": "half",
        "storage rm": "",
    })  # fmt: skip
    [lock] = state_locks.found("gs://states", "slipway")
    assert (lock.stack, lock.who, lock.place) == ("pr-7", "root@build", f"gs://states/{path}")
    assert lock.left(lock.since + timedelta(hours=3))
    assert not lock.left(lock.since + timedelta(hours=2, minutes=59))
    state_locks.remove(lock)
    assert tools.calls[-1] == ["gcloud", "storage", "rm", f"gs://states/{path}", "--quiet"]
    assert tools.acted == {"whoever"}


def test_locks_are_looked_for_and_let_go_as_whom_the_engine_acts(tools: Tools) -> None:
    path, acting = ".pulumi/locks/organization/slipway/pr-7/a.json", {"CLOUDSDK_AUTH_ACCESS_TOKEN": "of-dev"}
    tools.answer({
        "storage objects list": [{"bucket": "states", "name": path}],
        "storage cat": LOCK,
        "storage rm": "",
    })  # fmt: skip
    [lock] = state_locks.found("gs://states", "slipway", acting)
    state_locks.remove(lock, acting)
    assert len(tools.calls) == 3
    assert tools.acted == {"of-dev"}


def test_a_bucket_without_locks(tools: Tools) -> None:
    tools.answer({"storage": ("", "ERROR: One or more URLs matched no objects.", 1)})
    assert state_locks.found("gs://states", "slipway") == []


def test_locks_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "slipway" / "pr-7"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(LOCK))
    (folder / "b.json").write_text("{")
    for backend in (f"file://{tmp_path}", str(tmp_path)):
        [lock] = state_locks.found(backend, "slipway")
        assert (lock.stack, lock.since.date(), lock.since.tzinfo) == ("pr-7", datetime(2026, 1, 31, tzinfo=UTC).date(), UTC)  # fmt: skip
    state_locks.remove(lock)
    assert sorted(each.name for each in folder.iterdir()) == ["b.json"]
    state_locks.remove(lock)


@pytest.mark.parametrize("backend", ["https://api.pulumi.com", "s3://states"])
def test_other_backends_keep_their_locks_to_themselves(backend: str) -> None:
    assert state_locks.found(backend, "slipway") == []
