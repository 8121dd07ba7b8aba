"""Acting as the account of a stack, with `SLIPWAY_IMPERSONATE=deployers`.

An identity of a build has no role in any environment's project. It may only have tokens made for accounts there: for the
deployer of a stack that it changes, for the viewer of one that it looks at. Whatever is run for a stack then gets such a
token: Pulumi's gs:// backend, its secrets provider and the provider of Google Cloud read one variable, gcloud and
gke-gcloud-auth-plugin another (with which the plugin keeps no token in a file, where the next stack would find it).
Registries are read as the build itself. Without the variable everything acts as whoever is signed in.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import google.auth.credentials
import google.auth.exceptions
from google.auth import impersonated_credentials
from google.auth.transport.requests import Request

from delivery import google_login
from delivery.errors import Failed
from delivery.place import Place
from delivery.state_place import standing_for
from model import foundation
from model.errors import ConfigError, Problem

VARIABLE, DEPLOYERS = "SLIPWAY_IMPERSONATE", "deployers"
ROLE = "roles/iam.serviceAccountTokenCreator"

LIFETIME = timedelta(hours=1)
"""Google gives no longer one unless an organisation's policy allows it:
https://docs.cloud.google.com/iam/docs/create-short-lived-credentials-direct"""
ENOUGH = timedelta(minutes=55)
"""What is left, at least, of a token that something is begun with. It is not renewed there: builds that act end within an hour."""

Token = Callable[[str], str]
"""Account -> a token of it that is good for ENOUGH."""


def acting_for(stack: str, changing: bool, place: Place) -> str:
    """The account that changes a stack, or only looks at it. A preview's is its base's. Raises ConfigError and Failed."""
    name, loaded = standing_for(stack, place)
    email = foundation.deployer_email if changing else foundation.viewer_email
    return email(loaded.project, foundation.keeper(name, loaded))


def variables(token: str) -> dict[str, str]:
    """What programs take the token from. Pulumi would prefer credentials in the last one."""
    return {"GOOGLE_OAUTH_ACCESS_TOKEN": token, "CLOUDSDK_AUTH_ACCESS_TOKEN": token, "GOOGLE_CREDENTIALS": ""}


class Acting:
    """As whom something is done for a stack."""

    def __init__(self, token: Token | None) -> None:
        self._token = token

    @property
    def for_others(self) -> bool:
        """Whether it is as accounts of stacks, and not as who is signed in."""
        return self._token is not None

    def variables(self, stack: str, place: Place, changing: bool = True) -> dict[str, str]:
        """What whoever is run for the stack has to have in its environment; nothing where they act as who is signed in."""
        return variables(self._token(acting_for(stack, changing, place))) if self._token else {}


def chosen(environment: Mapping[str, str]) -> Acting:
    """What the environment says. Raises ConfigError where that is no way of acting."""
    said = environment.get(VARIABLE, "")
    if said not in ("", DEPLOYERS):
        problem = Problem(
            "environment", VARIABLE, f"'{said}' is no way to act", f"Write {DEPLOYERS}, or take the variable out."
        )
        raise ConfigError(problem)
    return Acting(Tokens() if said else None)


class Tokens:
    """Tokens of accounts, made for whoever is signed in; by default with application default credentials."""

    def __init__(
        self, source: google.auth.credentials.Credentials | None = None, endpoint: str = "", now: datetime | None = None
    ) -> None:
        self._source, self._endpoint, self._now = source, endpoint, now
        self._kept: dict[str, tuple[str, datetime]] = {}

    def __call__(self, account: str) -> str:
        """One with enough left. Raises Failed, with who needs which role on whom, where Google gives none."""
        token, until = self._kept.get(account, ("", datetime.min.replace(tzinfo=UTC)))
        if until - (self._now or datetime.now(UTC)) < ENOUGH:
            self._kept[account] = token, _ = self._made(account)
        return token

    def _made(self, account: str) -> tuple[str, datetime]:
        request = functools.partial(Request(), timeout=google_login.TIMEOUT_SECONDS)
        with google_login.told():
            source = self._source = self._source or google_login.found(request)
            if not source.valid:
                source.refresh(request)
            made = impersonated_credentials.Credentials(
                source_credentials=source,
                target_principal=account,
                target_scopes=[google_login.SCOPE],
                lifetime=int(LIFETIME.total_seconds()),
                iam_endpoint_override=f"{self._endpoint}/{account}" if self._endpoint else None,
            )
            try:
                made.refresh(request)
            except google.auth.exceptions.RefreshError as error:
                if len(error.args) < 2:  # It is the sign-in itself that is refused.
                    raise
                raise _refused(_who(source), account, str(error.args[1])) from None
        assert made.expiry
        return str(made.token), made.expiry.replace(tzinfo=UTC)


def _refused(who: str, account: str, answer: str) -> Failed:
    """What the IAM Credentials API has answered, with what to do. https://docs.cloud.google.com/apis/design/errors"""
    try:
        said = json.loads(answer)["error"]
        code, message = int(said["code"]), str(said["message"])
    except (KeyError, TypeError, ValueError):
        code, message = 0, f"no answer that can be read: {answer[:200]!r}"
    what = f"{who} cannot act as {account}: {message}"
    stack = account.partition("@")[0].partition("-")[2]
    match code:
        case 403:
            after = "once 'slipway up' of the shared stack has made the accounts of the builds"
            return Failed(what, f"Grant {who} {ROLE} on it: 'slipway bootstrap {stack} --run' does so, {after}.")
        case 404:
            return Failed(what, f"It is not there: 'slipway bootstrap {stack} --run' makes it.")
        case _:
            return Failed(what, "Try it again.")


def _who(source: google.auth.credentials.Credentials) -> str:
    return str(getattr(source, "service_account_email", "") or "who is signed in")
