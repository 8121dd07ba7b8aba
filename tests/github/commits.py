"""Commits, what was reported of them, and where they were deployed."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
from uuid import UUID

from tests.github import rendering
from tests.github.asked import Asked, Given, Listed, Refused, invalid, not_found
from tests.github.state import Analysis, CheckRun, Status

STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")
LONGEST_DESCRIPTION = 140


def get_commit(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/commits/commits#get-a-commit"""
    return Given(rendering.commit(asked.repository, asked.commit, asked.repository.commits[asked.commit]))


def list_pulls_of_commit(asked: Asked) -> Listed:
    """Open ones that have it, and the merged one that brought it to the default branch:
    https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    here, commit = asked.repository, asked.commit
    found = [each for each in here.pull_requests.values() if commit in (*each.commits, each.merge_commit)]
    return Listed([rendering.pull_request(here, each) for each in found if each.merged_at or not each.closed])


def list_check_runs(asked: Asked) -> Listed:
    """Newest first. `filter=latest`, the default, leaves out what the same app has run again:
    https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
    """
    runs = [each for each in asked.repository.check_runs if each.commit == asked.commit]
    if asked.query.get("filter", "latest") == "latest":
        latest: dict[tuple[str, str], CheckRun] = {(each.app, each.name): each for each in runs}
        runs = [each for each in runs if latest[each.app, each.name] is each]
    return Listed([rendering.check_run(asked.repository, each) for each in reversed(runs)], "check_runs")


def get_combined_status(asked: Asked) -> Listed:
    """The latest of each context; pending where there is none:
    https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
    """
    latest: dict[str, Status] = {
        each.context: each for each in asked.repository.statuses if each.commit == asked.commit
    }
    states = {each.state for each in latest.values()}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    beside = {"state": state, "sha": asked.commit, "repository": rendering.repository(asked.repository.name)}
    return Listed([rendering.status(each) for each in latest.values()], "statuses", beside)


def list_deployments(asked: Asked) -> Listed:
    """Newest first: https://docs.github.com/en/rest/deployments/deployments#list-deployments"""
    wanted = asked.query
    found = [
        each
        for each in reversed(asked.repository.deployments)
        if wanted.get("environment", each.environment) == each.environment
        and wanted.get("sha", each.commit) == each.commit
        and wanted.get("ref", each.ref) == each.ref
    ]
    return Listed([rendering.deployment(each) for each in found])


def create_deployment(asked: Asked) -> Given:
    """Refused where a status that is required, by default every one, is not `success`:
    https://docs.github.com/en/rest/deployments/deployments#create-a-deployment
    """
    here, ref = asked.repository, asked.text("ref", "Deployment")
    commit = here.branches.get(ref, ref)
    if commit not in here.commits:
        raise Refused(422, f"No ref found for: {ref}")
    required = asked.body.get("required_contexts")
    reported = {each.context: each.state for each in here.statuses if each.commit == commit}
    contexts = list(reported) if required is None else required
    if any(reported.get(context) != "success" for context in contexts):
        raise Refused(409, f"Conflict: Commit status checks failed for {ref}.")
    environment = str(asked.body.get("environment", "production"))
    made = here.deploy(ref, environment, bool(asked.body.get("transient_environment", False)), asked.who)
    return Given(rendering.deployment(made), 201)


def create_deployment_status(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status"""
    found = [each for each in asked.repository.deployments if each.id == int(asked.parts["deployment"])]
    if not found:
        raise not_found()
    state, description = asked.text("state", "DeploymentStatus"), str(asked.body.get("description", ""))
    if state not in STATES:
        raise invalid("DeploymentStatus", field="state", code="invalid")
    if len(description) > LONGEST_DESCRIPTION:
        message = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        raise invalid("DeploymentStatus", message, field="description")
    id_, at = asked.world.clock.next()
    made = {
        "id": id_,
        "state": state,
        "description": description,
        "environment": found[0].environment,
        "environment_url": str(asked.body.get("environment_url", "")),
        "creator": rendering.account(asked.who),
        "created_at": rendering.time(at),
        "updated_at": rendering.time(at),
    }
    found[0].statuses.append(made)
    return Given(made, 201)


def list_deployment_statuses(asked: Asked) -> Listed:
    """Newest first: https://docs.github.com/en/rest/deployments/statuses#list-deployment-statuses"""
    for each in asked.repository.deployments:
        if each.id == int(asked.parts["deployment"]):
            return Listed(list(reversed(each.statuses)))
    raise not_found()


def upload_sarif(asked: Asked) -> Given:
    """Taken at once and read later; refused where it is not compressed and encoded, or not SARIF:
    https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
    """
    commit, ref = asked.text("commit_sha", "CodeScanning"), asked.text("ref", "CodeScanning")
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise invalid("CodeScanning", field="commit_sha", code="invalid")
    if not re.fullmatch(r"refs/(heads|tags|pull)/.*", ref):
        raise invalid("CodeScanning", field="ref", code="invalid")
    here, packed = asked.repository, asked.text("sarif", "CodeScanning")
    try:
        sarif = json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))
    except (binascii.Error, OSError, EOFError, ValueError):
        raise Refused(400, "Invalid SARIF: it is not a gzipped and base64 encoded SARIF file.") from None
    if sarif.get("version") != "2.1.0":
        raise Refused(400, "Invalid SARIF. JSON syntax error.")
    made = Analysis(str(UUID(int=asked.world.clock.next()[0])), commit, ref, sarif)
    here.analyses.append(made)
    return Given(
        {"id": made.id, "url": f"https://api.github.com/repos/{here.name}/code-scanning/sarifs/{made.id}"}, 202
    )
