"""A `gcloud` for a folder on the PATH, that answers as the real one does from a file of what exists there.

The forms of its documents and errors are those of Google Cloud SDK 528. It knows what `slipway bootstrap` asks and does,
and fails loudly at anything else. Its calls stand in `calls`, one JSON list a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

ENFORCED = "enforced"


def put(folder: Path, projects: dict[str, str]) -> None:
    """Make the program in a folder, with these projects (id -> number), billed, and somebody signed in."""
    folder.mkdir(parents=True)
    program = folder / "gcloud"
    program.write_text(f"#!{sys.executable} -S\n" + Path(__file__).read_text())
    program.chmod(0o755)
    found: dict[str, Any] = {"auth": [{"account": "ann@example.com", "status": "ACTIVE"}], "token": {"token": "t"}}
    for project, number in projects.items():
        found[f"projects {project}"] = {
            "projectId": project,
            "projectNumber": number,
            "lifecycleState": "ACTIVE",
            "name": project,
        }
        found[f"billing projects {project}"] = {"billingEnabled": True, "projectId": project}
    (folder / "things.json").write_text(json.dumps(found))


def calls(folder: Path, taken: bool = True) -> list[list[str]]:
    """What it was called with since this was asked last."""
    path = folder / "calls"
    found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    if taken:
        path.unlink(missing_ok=True)
    return found


def things(folder: Path) -> dict[str, Any]:
    """What exists."""
    found: dict[str, Any] = json.loads((folder / "things.json").read_text())
    return found


def change(folder: Path, **found: Any) -> None:
    """Replace what exists; None takes it away. `fail` is the command that is refused."""
    there = {**things(folder), **found}
    (folder / "things.json").write_text(json.dumps({key: value for key, value in there.items() if value is not None}))


class Gcloud:
    """One call."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self.folder = folder
        self.words = [word for word in arguments if not word.startswith("-")]
        self.flags = dict(word[2:].partition("=")[::2] for word in arguments if word.startswith("--"))
        self.things = things(folder)

    def run(self) -> None:
        """Answer on stdout, or fail on stderr, as gcloud does."""
        command = " ".join(self.words)
        fail = self.things.get("fail")
        if fail and command.startswith(fail):
            self.refuse(f"PERMISSION_DENIED: The caller does not have permission to {fail}")
        match self.words:
            case ["auth", "list"]:
                self.say(self.things["auth"])
            case ["auth", "application-default", "print-access-token"]:
                self.say(self.things["token"])
            case ["services", "list"]:
                self.say([{"config": {"name": name}, "state": "ENABLED"} for name in self.services()])
            case ["services", "enable", *names]:
                self.keep(f"services {self.flags['project']}", sorted({*self.services(), *names}))
            case [*group, "describe", name]:
                found = self.things.get(self.key(group, name))
                self.say(found) if found else self.absent(group, name)
            case [*group, "create" | "create-oidc", name]:
                if self.key(group, name) in self.things:
                    self.refuse(f"ALREADY_EXISTS: {name} already exists")
                self.keep(self.key(group, name), self.made(group, name))
            case [*group, "update" | "update-oidc", name]:
                changed = {**self.things[self.key(group, name)], **self.made(group, name)}
                self.keep(self.key(group, name), changed)
            case [*group, "get-iam-policy", name]:
                if self.key(group, name) not in self.things:
                    self.absent(group, name)
                self.say(self.policy(group, name))
            case [*group, "add-iam-policy-binding", name]:
                if self.key(group, name) not in self.things:
                    self.absent(group, name)
                self.bind(group, name)
            case _:
                self.refuse(f"Invalid choice: {command!r}")

    def key(self, group: list[str], name: str) -> str:
        """Where a thing stands in the file. A service account is made by its id and named by its address from then on."""
        owner = [self.flags.get("keyring", ""), self.flags.get("project", "")]
        if group in (["projects"], ["billing", "projects"], ["storage", "buckets"]):
            owner = []
        if group == ["iam", "service-accounts"] and "@" not in name:
            name = f"{name}@{self.flags['project']}.iam.gserviceaccount.com"
        return " ".join(part for part in (*group, *owner, name) if part)

    def made(self, group: list[str], name: str) -> dict[str, Any]:
        """What gcloud says of a thing that was made or changed with these flags."""
        match group:
            case ["storage", "buckets"]:
                there: dict[str, Any] = {"name": name.removeprefix("gs://")}
                if "uniform-bucket-level-access" in self.flags:
                    there["uniform_bucket_level_access"] = True
                if "public-access-prevention" in self.flags:
                    there["public_access_prevention"] = ENFORCED
                if "versioning" in self.flags:
                    there["versioning_enabled"] = True
                return there
            case ["iam", "workload-identity-pools", "providers"]:
                pairs = (pair.partition("=") for pair in self.flags["attribute-mapping"].split(","))
                return {
                    "state": "ACTIVE",
                    "attributeCondition": self.flags["attribute-condition"],
                    "attributeMapping": {key: claim for key, _, claim in pairs},
                    "oidc": {"issuerUri": self.flags["issuer-uri"]},
                }
            case ["iam", "workload-identity-pools"]:
                return {"name": name, "state": "ACTIVE"}
            case ["iam", "roles"]:
                full = f"projects/{self.flags['project']}/roles/{name}"
                return {"name": full, "includedPermissions": self.flags["permissions"].split(",")}
            case _:
                return {"name": name}

    def services(self) -> list[str]:
        found: list[str] = self.things.get(f"services {self.flags['project']}", [])
        return found

    def policy(self, group: list[str], name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.things.get(f"policy {self.key(group, name)}", {"etag": "ACAB"})
        return found

    def bind(self, group: list[str], name: str) -> None:
        binding: dict[str, Any] = {"members": [self.flags["member"]], "role": self.flags["role"]}
        said = self.flags.get("condition", "None")
        if said != "None":
            _, mark, rest = said.split("^", 2)
            parts = dict(part.partition("=")[::2] for part in rest.split(mark))
            binding["condition"] = parts
        policy = self.policy(group, name)
        others = [each for each in policy.get("bindings", []) if each != binding]
        self.keep(f"policy {self.key(group, name)}", {**policy, "bindings": [*others, binding]})

    def keep(self, key: str, value: Any) -> None:
        change(self.folder, **{key: value})

    def say(self, found: Any) -> None:
        print(json.dumps(found, indent=2))

    def absent(self, group: list[str], name: str) -> NoReturn:
        self.refuse(f"{name} not found: 404." if group[0] == "storage" else f"NOT_FOUND: {name} was not found.")

    def refuse(self, problem: str) -> NoReturn:
        print(f"WARNING: of no importance\nERROR: (gcloud.{'.'.join(self.words)}) {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    with (here / "calls").open("a") as record:
        record.write(json.dumps(sys.argv[1:]) + "\n")
    Gcloud(here, sys.argv[1:]).run()
