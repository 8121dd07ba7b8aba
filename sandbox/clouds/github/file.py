"""A file of a repository on one of its branches. Each change of it is a commit."""

from __future__ import annotations

import hashlib

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.resource import Draft, Properties, ResourceType, Rule, Table
from sandbox.clouds.github.repository import NAME, home, number
from sandbox.clouds.github.ruleset import DEFAULT_BRANCH, violations
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot, Transaction

FILE_TYPE = "github:index/repositoryFile:RepositoryFile"


def _admit(draft: Draft) -> None:
    """the file is there already and `overwriteOnCreate` is not true, or an active ruleset of the branch asks for pull
    requests or checks"""
    if not draft.before and not draft.inputs["overwriteOnCreate"] and draft.tx.get("github", FILE_TYPE, draft.id):
        raise CloudError(
            Reason.ALREADY_EXISTS,
            "refusing to overwrite existing file: configure `overwrite_on_create` to `true` to override",
        )
    _commit(draft.tx, draft.id, draft.get("branch", DEFAULT_BRANCH))


def _deleted(tx: Transaction, entity: Entity) -> None:
    """is a commit too, and refused like one"""
    _commit(tx, entity.id, entity.outputs["branch"])


def _commit(tx: Snapshot, id: str, branch: str) -> None:
    """Nobody whom a ruleset lets pass brings stacks up: that is for apps, and tokens are of people."""
    if found := list(violations(tx, home(id), branch)):
        raise CloudError(Reason.INVALID, f"409 Repository rule violations found: {' '.join(found)}")


def _outputs(draft: Draft) -> Properties:
    content, path = draft.inputs["content"].encode(), draft.inputs["file"]
    sha = hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
    branch = draft.get("branch", DEFAULT_BRANCH)
    added, said = f"Add {path}", draft.get("commitMessage", f"Add {path}")
    return {
        "branch": branch,
        "ref": branch,
        "commitMessage": f"Update {path}" if draft.before and said == added else said,
        "commitSha": values.hexadecimal(f"{draft.unique} {draft.tx.now()} {sha}", 40),
        "sha": sha,
        "repositoryId": number(draft.id),
    }


FILE = ResourceType(
    token=FILE_TYPE,
    table=Table(
        source="resource_github_repository_file.go",
        properties={
            "repository": Rule(replace=True, pattern=NAME),
            "file": Rule(replace=True),
            "branch": Rule(replace=True, kept=True),
            "commitMessage": Rule(kept=True),
            "overwriteOnCreate": Rule(default=False),
        },
        needs=(
            ("commitAuthor", "commitEmail"),
            ("commitEmail", "commitAuthor"),
            ("autocreateBranchSourceBranch", "autocreateBranch"),
            ("autocreateBranchSourceSha", "autocreateBranch"),
        ),
    ),
    identity="repos/{owner}/{repository}/contents/{branch}/{file}",
    id="{repository}:{file}:{branch}",
    computed=("branch", "commitMessage", "commitSha", "ref", "repositoryId", "sha"),
    outputs=_outputs,
    admit=_admit,
    deleted=_deleted,
)
TYPES = (FILE,)
