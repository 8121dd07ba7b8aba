"""Records as the REST API shows them, with the fields that clients of it commonly read.

https://docs.github.com/en/rest (version 2022-11-28); names and types of github/rest-api-description
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zlib import crc32

from tests.github.state import START, CheckRun, Comment, Deployment, PullRequest, Repository, Review, Status

WEB = "https://github.com"
Json = dict[str, Any]


def time(at: datetime) -> str:
    """In UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def account(login: str) -> Json:
    """A person or an app's bot."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"login": login, "id": crc32(login.encode()), "type": kind, "site_admin": False}


def account_or_null(login: str | None) -> Json | None:
    """Null: the account is gone."""
    return None if login is None else account(login)


def repository(name: str) -> Json:
    """A repository, as far as it is known beside others."""
    owner, _, short = name.partition("/")
    return {"name": short, "full_name": name, "owner": account(owner), "private": True, "html_url": f"{WEB}/{name}"}


def pull_request(here: Repository, each: PullRequest) -> Json:
    """As in a list; what is asked for alone has `merged` besides."""
    source = each.head_repository
    owner = source.partition("/")[0] if source else "unknown"
    return {
        "id": each.id,
        "number": each.number,
        "state": "closed" if each.closed else "open",
        "locked": False,
        "title": each.title,
        "user": account_or_null(each.user),
        "body": each.body or None,
        "labels": [{"name": label, "color": "ededed", "default": False} for label in each.labels],
        "draft": False,
        "created_at": time(each.at),
        "updated_at": time(each.at),
        "closed_at": time(each.merged_at or each.at) if each.closed else None,
        "merged_at": time(each.merged_at) if each.merged_at else None,
        "merge_commit_sha": each.merge_commit,
        "head": {
            "label": f"{owner}:{each.head}",
            "ref": each.head,
            "sha": each.commits[-1],
            "repo": repository(source) if source else None,
        },
        "base": {
            "label": f"{here.owner}:{each.base}",
            "ref": each.base,
            "sha": here.branches[each.base],
            "repo": repository(here.name),
        },
        "html_url": f"{WEB}/{here.name}/pull/{each.number}",
    }


def review(here: Repository, number: int, each: Review) -> Json:
    """One that is not submitted yet has no time."""
    shown: Json = {
        "id": each.id,
        "user": account_or_null(each.user),
        "body": "",
        "state": each.state,
        "commit_id": each.commit,
        "author_association": "MEMBER",
        "html_url": f"{WEB}/{here.name}/pull/{number}#pullrequestreview-{each.id}",
    }
    return shown if each.state == "PENDING" else {**shown, "submitted_at": time(each.at)}


def comment(here: Repository, number: int, each: Comment) -> Json:
    """A comment on a pull request, which to GitHub is an issue."""
    return {
        "id": each.id,
        "user": account(each.user),
        "body": each.body,
        "created_at": time(each.at),
        "updated_at": time(each.edited or each.at),
        "author_association": "MEMBER",
        "html_url": f"{WEB}/{here.name}/pull/{number}#issuecomment-{each.id}",
    }


def commit(here: Repository, sha: str, author: str | None) -> Json:
    """`author` is null where the e-mail address belongs to no account."""
    who = {"name": author or "Somebody", "email": f"{author or 'somebody'}@example.com", "date": time(START)}
    return {
        "sha": sha,
        "commit": {"author": who, "committer": who, "message": "A change"},
        "author": account_or_null(author),
        "committer": account_or_null(author),
        "html_url": f"{WEB}/{here.name}/commit/{sha}",
        "parents": [],
    }


def check_run(here: Repository, each: CheckRun) -> Json:
    """`conclusion` and `completed_at` are null until it is completed."""
    return {
        "id": each.id,
        "head_sha": each.commit,
        "name": each.name,
        "status": each.status,
        "conclusion": each.conclusion,
        "started_at": time(each.at),
        "completed_at": time(each.at) if each.status == "completed" else None,
        "app": {"slug": each.app, "name": each.app},
        "check_suite": {"id": each.id},
        "html_url": f"{WEB}/{here.name}/runs/{each.id}",
        "pull_requests": [],
    }


def status(each: Status) -> Json:
    """As within the combined status."""
    return {
        "id": each.id,
        "state": each.state,
        "context": each.context,
        "description": None,
        "target_url": None,
        "created_at": time(each.at),
        "updated_at": time(each.at),
    }


def deployment(each: Deployment) -> Json:
    """A deployment."""
    return {
        "id": each.id,
        "sha": each.commit,
        "ref": each.ref,
        "task": "deploy",
        "payload": {},
        "environment": each.environment,
        "description": None,
        "creator": account(each.creator),
        "created_at": time(each.at),
        "updated_at": time(each.at),
        "transient_environment": each.transient,
        "production_environment": False,
    }
