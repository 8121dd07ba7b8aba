"""What a tag means, asked of a registry that answers strangers as the specifications say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.errors import Failed
from delivery.google_login import LOGIN
from delivery.registry_answers import MANIFESTS
from delivery.registry_tags import MOST_BYTES, Tags
from tests.registry.public import ACCOUNT, PublicRegistry
from tests.registry.server import digest_of

HUB, GOOGLE, ARTIFACTS = "docker.io", "gcr.io", "us-west1-docker.pkg.dev"


@pytest.fixture
def server() -> Iterator[PublicRegistry]:
    with PublicRegistry().running() as started:
        yield started


@pytest.fixture
def tags(server: PublicRegistry) -> Tags:
    servers = dict.fromkeys((HUB, GOOGLE, "eu.gcr.io", ARTIFACTS, "quay.io", "moved.test"), server.url)
    return Tags(lambda: ACCOUNT, (2, 2), servers)


def nobody() -> str:
    raise Failed("no credentials of Google Cloud are here", LOGIN)


@pytest.mark.parametrize("token_key", ["token", "access_token"])
def test_a_stranger_gets_a_token_and_the_digest_of_the_index(
    server: PublicRegistry, tags: Tags, token_key: str
) -> None:
    server.token_key = token_key
    digest = server.push("library/docker:28.5.1-cli")
    assert tags.digest(f"{HUB}/library/docker", "28.5.1-cli") == digest
    manifest = "/v2/library/docker/manifests/28.5.1-cli"
    assert server.calls == [
        ("HEAD", manifest, ""),
        ("GET", "/token?scope=repository%3Alibrary%2Fdocker%3Apull&service=registry.test", ""),
        ("HEAD", manifest, "Bearer stranger-library/docker"),
    ]


def test_an_official_image_of_docker_hub_may_be_named_without_its_folder(server: PublicRegistry, tags: Tags) -> None:
    digest = server.push("library/golang:1.25.3")
    assert tags.digest(f"{HUB}/golang", "1.25.3") == digest


def test_docker_hub_is_reached_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Failed, match=r"^registry-1\.docker\.io does not answer: "):
        Tags().digest("docker.io/library/docker", "1")


@pytest.mark.parametrize("type_", MANIFESTS)
def test_a_registry_of_this_machine_without_tokens_or_tls(server: PublicRegistry, type_: str) -> None:
    server.challenge = ""
    digest = server.push("team/tool:1", type_)
    for host in ("localhost", "127.0.0.1"):
        repository = f"{host}:{server.url.rpartition(':')[2]}/team/tool"
        assert Tags(nobody).digest(repository, "1") == digest


@pytest.mark.parametrize("heads", [True, False])
def test_without_the_digest_in_the_answer_it_is_reckoned(server: PublicRegistry, tags: Tags, heads: bool) -> None:
    server.tells_digest, server.heads = False, heads
    digest = server.push("team/tool:1")
    assert tags.digest("quay.io/team/tool", "1") == digest
    assert [method for method, address, _ in server.calls if "/manifests/" in address] == ["HEAD", "HEAD", "GET"]


def test_a_digest_that_is_not_the_contents_is_refused(server: PublicRegistry, tags: Tags) -> None:
    server.heads, server.lie = False, "sha256:" + "0" * 64
    digest = server.push("team/tool:1")
    with pytest.raises(Failed) as failed:
        tags.digest("quay.io/team/tool", "1")
    assert failed.value.what == f"quay.io says that quay.io/team/tool:1 is {server.lie}, and sends {digest}"
    assert failed.value.remedy == "Do not use this image; tell whoever runs the registry, or what stands between."


def test_a_tag_that_is_not_there(server: PublicRegistry, tags: Tags) -> None:
    server.push("team/tool:1")
    host = server.url.removeprefix("http://")
    with pytest.raises(Failed) as failed:
        tags.digest("quay.io/team/tool", "2")
    assert failed.value.what == f"{host} answers with HTTP 404 (manifest unknown): there is no quay.io/team/tool:2"
    assert failed.value.remedy == "Write a tag that is there."


@pytest.mark.parametrize(
    ("headers", "remedy"),
    [
        ({"Retry-After": "90"}, "Try again in 90 seconds, or from another address."),
        ({}, "Try again later, or from another address."),
    ],
)
def test_who_asks_too_much_is_told_when_to_come_back(
    server: PublicRegistry, tags: Tags, headers: dict[str, str], remedy: str
) -> None:
    server.status, server.headers = 429, headers
    with pytest.raises(Failed, match="HTTP 429: too much was asked from this address") as failed:
        tags.digest("quay.io/team/tool", "1")
    assert failed.value.remedy == remedy
    assert len(server.calls) == 1, "asking again makes it worse"


@pytest.mark.parametrize("status", [500, 503, 418])
def test_a_registry_that_fails(server: PublicRegistry, tags: Tags, status: int) -> None:
    server.status = status
    with pytest.raises(Failed, match=rf"HTTP {status}.* to a question about quay\.io/team/tool:1") as failed:
        tags.digest("quay.io/team/tool", "1")
    assert failed.value.remedy == "See whether this machine reaches the registry, and try again."


def test_a_registry_that_hangs_is_left_alone(server: PublicRegistry) -> None:
    server.hangs = True
    started = time.monotonic()
    with pytest.raises(Failed, match=r"does not answer: Read timed out"):
        Tags(nobody, (0.2, 0.2), {"quay.io": server.url}).digest("quay.io/team/tool", "1")
    assert time.monotonic() - started < 5


def test_an_answer_without_an_end_is_not_waited_for(server: PublicRegistry) -> None:
    server.drips = True
    started = time.monotonic()
    with pytest.raises(Failed, match="does not come to an end of what it says of quay.io/team/tool"):
        Tags(nobody, (0.3, 0.3), {"quay.io": server.url}).digest("quay.io/team/tool", "1")
    assert time.monotonic() - started < 5


def test_nobody_listens() -> None:
    with pytest.raises(Failed, match=r"^localhost:1 does not answer: .*Connection refused"):
        Tags(nobody).digest("localhost:1/team/tool", "1")


def test_more_than_a_manifest_is_not_read(server: PublicRegistry, tags: Tags) -> None:
    server.heads = False
    server.tags["team/tool:1"] = (MANIFESTS[0], b" " * (MOST_BYTES + 1))
    with pytest.raises(Failed, match="answers with more than a manifest"):
        tags.digest("quay.io/team/tool", "1")


@pytest.mark.parametrize("closed", [True, False])
def test_what_strangers_may_not_see(server: PublicRegistry, tags: Tags, closed: bool) -> None:
    server.private, server.closed = True, closed
    with pytest.raises(
        Failed, match=r"HTTP 401 \(authentication required\): it shows quay\.io/team/tool to no"
    ) as failed:
        tags.digest("quay.io/team/tool", "1")
    assert failed.value.remedy.startswith("See that the name is right; ")
    assert not any(ACCOUNT in given for _, _, given in server.calls), "who is asking is nobody's business but Google's"


@pytest.mark.parametrize(
    "repository", [f"{ARTIFACTS}/acme/apps/slipway", "gcr.io/acme/slipway", "eu.gcr.io/acme/slipway"]
)
@pytest.mark.parametrize("closed", [True, False])
def test_google_is_told_who_asks_where_it_answers_no_stranger(
    server: PublicRegistry, tags: Tags, repository: str, closed: bool
) -> None:
    server.private, server.closed = True, closed
    digest = server.push(f"{repository.partition('/')[2]}:1")
    assert tags.digest(repository, "1") == digest
    assert server.calls[-1][2] == f"Bearer {ACCOUNT}"


def test_google_is_not_told_who_asks_where_it_answers_everyone(server: PublicRegistry) -> None:
    digest = server.push("google.com/cloudsdktool/google-cloud-cli:545.0.0-slim")
    tags = Tags(nobody, servers={GOOGLE: server.url})
    assert tags.digest("gcr.io/google.com/cloudsdktool/google-cloud-cli", "545.0.0-slim") == digest


def test_without_credentials_it_is_said_how_to_get_them(server: PublicRegistry) -> None:
    server.private = True
    with pytest.raises(Failed) as failed:
        Tags(nobody, servers={ARTIFACTS: server.url}).digest(f"{ARTIFACTS}/acme/apps/slipway", "1")
    image = f"{ARTIFACTS}/acme/apps/slipway"
    assert failed.value.what == f"{ARTIFACTS} shows {image} to no stranger, and no credentials of Google Cloud are here"
    assert failed.value.remedy == LOGIN


def test_credentials_that_may_not_read(server: PublicRegistry) -> None:
    server.status = 403
    with pytest.raises(Failed, match=r"HTTP 403 .* is not for these credentials") as failed:
        Tags(lambda: ACCOUNT, servers={ARTIFACTS: server.url}).digest(f"{ARTIFACTS}/acme/apps/slipway", "1")
    assert "roles/artifactregistry.reader" in failed.value.remedy


def test_a_redirect_is_followed_and_the_token_stays_at_home(server: PublicRegistry, tags: Tags) -> None:
    digest = server.push("team/tool:1")
    with PublicRegistry(challenge="", tags=server.tags).running() as another:
        server.moved["/v2/team/tool/manifests/1"] = f"{another.url}/elsewhere/v2/team/tool/manifests/1"
        server.challenge = ""
        assert tags.digest("quay.io/team/tool", "1") == digest
        server.private, server.challenge = True, PublicRegistry.challenge
        another.challenge = ""
        assert Tags(lambda: ACCOUNT, servers={GOOGLE: server.url}).digest(f"{GOOGLE}/team/tool", "1") == digest
        assert {given for _, _, given in another.calls} == {""}


@pytest.mark.parametrize(
    ("to", "shown"), [("http://registry.test/v2/x", "http://registry.test"), ("file:///etc/passwd", "file://")]
)
def test_nothing_is_asked_in_clear(server: PublicRegistry, tags: Tags, to: str, shown: str) -> None:
    server.moved["/v2/team/tool/manifests/1"] = to
    with pytest.raises(Failed, match=f"^quay.io leads to {shown}, which is not asked$"):
        tags.digest("quay.io/team/tool", "1")


def test_a_realm_in_clear_is_not_asked(server: PublicRegistry, tags: Tags) -> None:
    server.challenge = 'Bearer realm="http://tokens.test/token"'
    with pytest.raises(Failed, match=r"^quay.io leads to http://tokens\.test, which is not asked$"):
        tags.digest("quay.io/team/tool", "1")


def test_redirects_in_a_circle_end(server: PublicRegistry, tags: Tags) -> None:
    server.moved["/v2/team/tool/manifests/1"] = "/v2/team/tool/manifests/1"
    with pytest.raises(Failed, match=r"^quay.io sends on more than 5 times for quay.io/team/tool$"):
        tags.digest("quay.io/team/tool", "1")


@pytest.mark.parametrize("challenge", ['Basic realm="x"', "Bearer", ""])
def test_a_challenge_that_leads_nowhere(server: PublicRegistry, tags: Tags, challenge: str) -> None:
    server.challenge = challenge or 'Negotiate realm="x"'
    with pytest.raises(Failed, match="HTTP 401"):
        tags.digest("quay.io/team/tool", "1")


def test_a_password_that_lies_about_goes_nowhere(
    server: PublicRegistry, tags: Tags, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.challenge = ""
    server.tags["team/tool:1"] = (MANIFESTS[0], b"{}")
    assert tags.digest("quay.io/team/tool", "1") == digest_of(b"{}")
    assert [given for _, _, given in server.calls] == [""]
