"""Every route of an environment leads from its address to a ready service; a preview's routes are dev's gateway's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.test_readme import FENCE
from tests.lifecycle.walk import Lost, Walk

URL = re.compile(r"(https?)://([^/]+)(/.*)")


@contextmanager
def walk(site: Site, project: str) -> Iterator[Walk]:
    """The clouds of an environment."""
    world = site.world
    with world.transaction() as tx:
        yield Walk(tx, project)
    world.close()


def routes(site: Site, stack: str) -> dict[str, list[str]]:
    """Service -> the URLs that the stack says it is reached at."""
    found: dict[str, list[str]] = site("outputs", stack, "--json").json["routes"]
    return found


def reached(site: Site, stack: str, project: str) -> dict[str, set[str]]:
    """Service -> what answers at its URLs."""
    with walk(site, project) as way:
        return {
            service: {
                (way.https if scheme == "https" else way.http_inside)(host, path)
                for url in urls
                for scheme, host, path in URL.findall(url)
            }
            for service, urls in routes(site, stack).items()
        }


DEV = "dev-api.ampersand.example"


def test_every_route_of_an_environment_leads_to_a_ready_service(released: Site) -> None:
    assert routes(released, "dev")["api"] == [f"https://{DEV}/"]
    assert routes(released, "dev")["builder-mcp"] == [f"https://mcp.{DEV}/"]
    assert routes(released, "dev")["outpost"] == [f"http://outpost.internal.{DEV}/"]
    assert reached(released, "dev", "ampersand-dev") == {
        service: {f"services/{service}"} for service in routes(released, "dev")
    }
    with walk(released, "ampersand-dev") as way:
        assert way.redirected(DEV) == "https"
        with pytest.raises(Lost, match="kong has no route for nobody.dev-api"):
            way.https(f"nobody.{DEV}", "/")


@pytest.mark.journey
def test_a_preview_adds_its_routes_to_the_gateway_of_dev_and_takes_them_along(released: Site) -> None:
    before = released.inventory()
    released("pr", "open", "42", "--branch", "search")
    made = routes(released, "pr-42")
    assert made["api"] == [f"https://search.{DEV}/"]
    assert made["builder-mcp"] == [f"https://search--mcp.{DEV}/"]
    assert made["outpost"] == [f"http://search--outpost.internal.{DEV}/"]
    assert reached(released, "pr-42", "ampersand-dev") == {service: {f"pr-search/{service}"} for service in made}
    assert reached(released, "dev", "ampersand-dev")["api"] == {"services/api"}
    added = {(kind, name.rpartition("/")[0]) for kind, name in released.inventory().keys() - before.keys()}
    assert not [place for kind, place in added if place.endswith("/gateway")]
    released("pr", "close", "42")
    with walk(released, "ampersand-dev") as way, pytest.raises(Lost, match=f"kong has no route for search.{DEV}/"):
        way.https(f"search.{DEV}", "/")
    assert released.inventory() == before


def test_names_certificate_and_addresses_are_there_before_the_first_release(up: Site) -> None:
    kinds = {kind for kind, name in up.inventory() if "ampersand-dev" in name}
    assert {"gcp:certificatemanager/certificate:Certificate", "gcp:compute/globalAddress:GlobalAddress"} <= kinds
    assert not [kind for kind, _ in up.inventory() if kind.endswith(":Gateway")]
    with walk(up, "ampersand-dev") as way, pytest.raises(ValueError, match="not enough values"):
        way.https(DEV, "/")
    outputs = up("outputs", "dev", "--json").json["gateway"]
    assert outputs["name_servers"][0].endswith(".googledomains.com.")


GUIDE = PROGRAM / "docs" / "how-to" / "add-a-route.md"


@pytest.mark.journey
def test_the_guide_to_a_route(released: Site) -> None:
    text = GUIDE.read_text()
    [entry] = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "image: metrics" in block]
    catalogue = released.config / "services.yaml"
    former = "  metrics: {image: metrics, port: 8080, callers: [api]}\n"
    assert catalogue.read_text().count(former) == 1
    catalogue.write_text(catalogue.read_text().replace(former, entry))

    typed = [line.removeprefix("slipway ") for block in FENCE.findall(text) for line in block.splitlines()]
    assert typed == ["plan dev", "up dev", "outputs dev"]
    planned, *_ = [released(*shlex.split(command)) for command in typed]
    assert "HTTPRoute metrics-internet-metrics-v1" in planned.out + planned.err
    assert routes(released, "dev")["metrics"] == [f"https://metrics.{DEV}/v1", f"http://metrics.internal.{DEV}/"]
    assert reached(released, "dev", "ampersand-dev")["metrics"] == {"services/metrics"}
    with walk(released, "ampersand-dev") as way:
        with pytest.raises(Lost, match="has no route for"):
            way.https(f"metrics.{DEV}", "/v2")
        with pytest.raises(Lost, match="kong-outpost has no route for"):
            way.http_inside(f"read.internal.{DEV}", "/")
        with pytest.raises(Lost, match="has no certificate"):
            way.https(f"outpost.internal.{DEV}", "/")
    for name in (f"metrics.{DEV}", f"search--metrics.{DEV}"):
        assert name in text
