"""Who somebody is and what they may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from tests.github import rendering
from tests.github.asked import Asked, Given, Listed, Refused, not_found
from tests.github.state import App, World

ROLES = {"admin": "admin", "maintain": "write", "write": "write", "triage": "read", "read": "read", "none": "none"}
"""Roles, and the permission that the older field shows for each."""


def get_user(asked: Asked) -> Given:
    """Not for an app's installation: https://docs.github.com/en/rest/users/users#get-the-authenticated-user"""
    if asked.who.endswith("[bot]"):
        raise Refused(403, "Resource not accessible by integration")
    return Given(rendering.account(asked.who))


def graphql(asked: Asked) -> Given:
    """The one query that REST has no answer for: https://docs.github.com/en/graphql/reference/queries#viewer"""
    if "".join(str(asked.body.get("query", "")).split()) != "query{viewer{login}}":
        return Given({"errors": [{"message": "Only `query { viewer { login } }` is known here."}]})
    return Given({"data": {"viewer": {"login": asked.who}}})


def get_permission(asked: Asked) -> Given:
    """https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user"""
    login = asked.parts["login"]
    role = asked.repository.permissions.get(login)
    if role is None:
        raise not_found()
    return Given({"permission": ROLES[role], "role_name": role, "user": rendering.account(login)})


def list_members(asked: Asked) -> Listed:
    """https://docs.github.com/en/rest/teams/members#list-team-members"""
    members = asked.world.teams.get((asked.parts["owner"], asked.parts["team"]))
    if members is None:
        raise not_found()
    return Listed([rendering.account(login) for login in members])


def create_token(world: World, installation: int, authorization: str) -> Given:
    """For a JSON web token that the app has signed, of ten minutes at most:
    https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
    """
    app = world.apps.get(installation)
    if app is None:
        raise not_found()
    _proven(app, authorization.partition(" ")[2])
    token = next(world.numbered)
    world.tokens[token] = f"{app.slug}[bot]"
    expires = datetime.now(UTC) + timedelta(hours=1)
    return Given({"token": token, "expires_at": rendering.time(expires), "permissions": {}}, 201)


def _proven(app: App, proof: str) -> None:
    try:
        claims = jwt.decode(proof, app.key, ["RS256"], issuer=app.id, options={"require": ["iat", "exp", "iss"]})
    except jwt.InvalidTokenError:
        raise Refused(401, "A JSON web token could not be decoded") from None
    if claims["exp"] - claims["iat"] > 10 * 60:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
