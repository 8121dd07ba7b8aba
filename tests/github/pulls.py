"""Pull requests, their reviews and comments."""

from __future__ import annotations

from tests.github import rendering
from tests.github.asked import Asked, Given, Listed, invalid, not_found
from tests.github.state import Comment, PullRequest

LONGEST_BODY = 65_536


def list_pulls(asked: Asked) -> Listed:
    """By creation, which is the default: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests"""
    here, wanted = asked.repository, asked.query
    state = wanted.get("state", "open")
    found = [
        each
        for each in here.pull_requests.values()
        if (state == "all" or (state == "closed") == each.closed)
        and wanted.get("base", each.base) == each.base
        and wanted.get("head", _label(each)) == _label(each)
    ]
    found.sort(key=lambda each: (each.at, each.number), reverse=wanted.get("direction", "desc") == "desc")
    return Listed([rendering.pull_request(here, each) for each in found])


def get_pull(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request"""
    found = asked.pull_request
    return Given({**rendering.pull_request(asked.repository, found), "merged": found.merged_at is not None})


def create_pull(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request"""
    here, kind = asked.repository, "PullRequest"
    head, base, title = (asked.text(key, kind) for key in ("head", "base", "title"))
    branch = head.removeprefix(f"{here.owner}:")
    for field, name in (("head", branch), ("base", base)):
        if name not in here.branches:
            raise invalid(kind, field=field, code="invalid")
    if here.branches[branch] == here.branches[base]:
        raise invalid(kind, f"No commits between {base} and {branch}")
    same = [each for each in here.pull_requests.values() if _label(each) == f"{here.owner}:{branch}"]
    if any(not each.closed and each.base == base for each in same):
        raise invalid(kind, f"A pull request already exists for {here.owner}:{branch}.")
    made = here.open(asked.who, branch, base=base, title=title, body=str(asked.body.get("body") or ""))
    return Given(rendering.pull_request(here, made), 201)


def update_pull(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request"""
    changed = asked.pull_request
    changed.title = str(asked.body.get("title", changed.title))
    changed.body = str(asked.body.get("body", changed.body) or "")
    if "state" in asked.body:
        if changed.merged_at:
            raise invalid("PullRequest", "state cannot be changed. The pull request is merged.", field="state")
        changed.closed = asked.body["state"] == "closed"
    return Given(rendering.pull_request(asked.repository, changed))


def list_reviews(asked: Asked) -> Listed:
    """In chronological order: https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request"""
    found = asked.pull_request
    return Listed([rendering.review(asked.repository, found.number, each) for each in found.reviews])


def list_comments(asked: Asked) -> Listed:
    """By ascending id: https://docs.github.com/en/rest/issues/comments#list-issue-comments"""
    found = asked.pull_request
    return Listed([rendering.comment(asked.repository, found.number, each) for each in found.comments])


def create_comment(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    body = _body(asked)
    made = asked.repository.comment(asked.pull_request.number, asked.who, body)
    return Given(rendering.comment(asked.repository, asked.pull_request.number, made), 201)


def update_comment(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/issues/comments#update-an-issue-comment"""
    on, found = _comment(asked)
    found.body, found.edited = _body(asked), asked.world.clock.next()[1]
    return Given(rendering.comment(asked.repository, on.number, found))


def delete_comment(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/issues/comments#delete-an-issue-comment"""
    on, found = _comment(asked)
    on.comments.remove(found)
    return Given(None, 204)


def _comment(asked: Asked) -> tuple[PullRequest, Comment]:
    for on, each in asked.world.comments(asked.repository):
        if each.id == int(asked.parts["comment"]):
            return on, each
    raise not_found()


def _body(asked: Asked) -> str:
    body = asked.text("body", "IssueComment")
    if len(body) > LONGEST_BODY:
        message = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        raise invalid("IssueComment", message, field="data", code="unprocessable")
    return body


def _label(each: PullRequest) -> str:
    """`owner:branch`, by which the head of a pull request is asked for."""
    return f"{(each.head_repository or 'unknown').partition('/')[0]}:{each.head}"
