"""As whom something is done for a stack; the API that makes tokens is a server on this machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import google.oauth2.credentials
import pytest

from delivery import impersonation
from delivery.errors import Failed
from delivery.impersonation import LIFETIME, Acting, Tokens, acting_for
from delivery.place import Place
from model.errors import ConfigError
from pipelines import triggers
from pipelines.grants import Deploys, Watches
from tests.loopback import QuietHandler, serving

PROGRAM = Path(__file__).resolve().parents[2]
DEPLOYER = "deployer-dev@ampersand-dev.iam.gserviceaccount.com"


@dataclass
class Api:
    """IAM Credentials, as far as it makes access tokens: each is good until 13:00."""

    address: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    refusal: tuple[int, str] | None = None

    def tokens(self, minute: int = 0) -> Tokens:
        """Made for a build, at so many minutes past 12."""
        source = google.oauth2.credentials.Credentials("of-the-build")
        return Tokens(source, self.address, datetime(2026, 1, 31, 12, minute, tzinfo=UTC))


@pytest.fixture
def api() -> Iterator[Api]:
    """Listening."""
    found = Api()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            found.asked.append((self.path[1:], self.headers["Authorization"], json.loads(self.body())))
            token = {"accessToken": f"token-{len(found.asked)}", "expireTime": "2026-01-31T13:00:00Z"}
            status, text = found.refusal or (200, json.dumps(token))
            self.answer(status, text.encode(), {})

    with serving(Handler) as found.address:
        yield found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The stacks of this repository, and a preview of dev."""
    for path in PROGRAM.glob("Pulumi.*yaml"):
        shutil.copy(path, tmp_path)
    preview = (tmp_path / "Pulumi.pr.yaml").read_text() + "  slipway:pullRequest: {number: 42, branch: search}\n"
    (tmp_path / "Pulumi.pr-42.yaml").write_text(preview)
    return Place(tmp_path, tmp_path, tmp_path / ".sandbox")


@pytest.mark.parametrize(
    ("stack", "changing", "account"),
    [
        ("dev", True, "deployer-dev@ampersand-dev"),
        ("dev", False, "viewer-dev@ampersand-dev"),
        ("prod", True, "deployer-prod@ampersand-prod"),
        ("shared", True, "deployer-shared@ampersand-prod"),
        ("pr-42", True, "deployer-dev@ampersand-dev"),
        ("pr-43", True, "deployer-dev@ampersand-dev"),
    ],
    ids=["changes", "looks", "prod", "shared", "preview", "preview-whose-file-is-gone"],
)
def test_who_acts(place: Place, stack: str, changing: bool, account: str) -> None:
    assert acting_for(stack, changing, place) == f"{account}.iam.gserviceaccount.com"


def test_a_token_is_made_for_the_account_of_the_stack(place: Place, api: Api) -> None:
    found = Acting(api.tokens()).variables("dev", place)
    assert found == {
        "GOOGLE_OAUTH_ACCESS_TOKEN": "token-1",
        "CLOUDSDK_AUTH_ACCESS_TOKEN": "token-1",
        "GOOGLE_CREDENTIALS": "",
    }
    assert api.asked == [
        (
            DEPLOYER,
            "Bearer of-the-build",
            {"delegates": None, "scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s"},
        )
    ]


@pytest.mark.parametrize(("minute", "made"), [(4, 1), (6, 2)])
def test_a_token_is_used_again_while_enough_of_it_is_left(api: Api, minute: int, made: int) -> None:
    tokens = api.tokens(minute)
    assert [tokens(DEPLOYER), tokens(DEPLOYER)] == ["token-1", f"token-{made}"]
    assert tokens("viewer-dev@x") == f"token-{made + 1}"


def test_no_build_that_acts_takes_longer_than_a_token_is_good_for() -> None:
    builds = [trigger.build for trigger in triggers.all_of(PROGRAM).values()]
    acting = [build for build in builds if any(isinstance(grant, (Deploys, Watches)) for grant in build.grants)]
    assert max(build.timeout for build in acting) <= LIFETIME.total_seconds()


AFTER = "once 'slipway up' of the shared stack has made the accounts of the builds"
DENIED = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."


@pytest.mark.parametrize(
    ("code", "said", "what", "remedy"),
    [
        (
            403,
            {"error": {"code": 403, "message": DENIED, "status": "PERMISSION_DENIED"}},
            f"who is signed in cannot act as {DEPLOYER}: {DENIED}",
            f"Grant who is signed in {impersonation.ROLE} on it: 'slipway bootstrap dev --run' does so, {AFTER}.",
        ),
        (
            404,
            {"error": {"code": 404, "message": "Not found; Gaia id not found.", "status": "NOT_FOUND"}},
            f"who is signed in cannot act as {DEPLOYER}: Not found; Gaia id not found.",
            "It is not there: 'slipway bootstrap dev --run' makes it.",
        ),
        (
            502,
            "<html>",
            f"who is signed in cannot act as {DEPLOYER}: no answer that can be read: '<html>'",
            "Try it again.",
        ),
    ],
    ids=["not-granted", "no-account", "no-answer"],
)
def test_a_refusal_says_who_needs_what_on_whom(api: Api, code: int, said: Any, what: str, remedy: str) -> None:
    api.refusal = (code, said if isinstance(said, str) else json.dumps(said))
    with pytest.raises(Failed) as failed:
        api.tokens()(DEPLOYER)
    assert (failed.value.what, failed.value.remedy) == (what, remedy)


def test_a_server_that_is_not_there(api: Api) -> None:
    tokens = Tokens(google.oauth2.credentials.Credentials("of-the-build"), "http://127.0.0.1:1")
    with pytest.raises(Failed, match="Google's sign-in cannot be reached"):
        tokens(DEPLOYER)


def test_it_is_off_unless_the_environment_says_so(place: Place, api: Api) -> None:
    assert impersonation.chosen({}).variables("dev", place) == {}
    assert impersonation.chosen({"SLIPWAY_IMPERSONATE": ""}).variables("dev", place) == {}
    with pytest.raises(ConfigError, match=r"SLIPWAY_IMPERSONATE: 'true' is no way to act. Write deployers"):
        impersonation.chosen({"SLIPWAY_IMPERSONATE": "true"})


def test_without_credentials_nobody_acts(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(Failed, match="no credentials of Google Cloud are here"):
        impersonation.chosen({"SLIPWAY_IMPERSONATE": "deployers"}).variables("dev", place)
