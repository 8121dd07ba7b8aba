"""Hosts, routes and gateways: names that nobody else has, and what is refused before anything runs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import host_names
from model.catalogue import load_catalogue
from model.errors import ConfigError
from model.stacks import load_environment
from model.together import check_together
from tests.model.conftest import ROOT, Edit

HOSTS = ("", "mcp", "status", "fix-login")
BRANCHES = st.one_of(
    st.text(min_size=1, max_size=80),
    st.from_regex(r"[a-z0-9]{1,4}(-{1,2}[a-z0-9]{1,6}){0,3}", fullmatch=True),
    st.sampled_from(["mcp", "x--mcp", "xn", "internal", "a" * 63, "fix-login", "1", "42-abcdef", "x--42-2d7116"]),
)


@pytest.mark.parametrize(
    ("branch", "host", "label"),
    [
        ("fix-typo", "", "fix-typo"),
        ("fix-typo", "mcp", "fix-typo--mcp"),
        ("mcp", "", "mcp--42-f5c2a1"),
        ("internal", "", "internal--42-f5c2a1"),
        ("Fix/Typo", "mcp", "fix-typo--42-f5c2a1--mcp"),
        ("ab", "", "ab"),
        ("ab", "mcp", "pr-ab--42-f5c2a1--mcp"),
        ("---", "", "42-f5c2a1"),
        ("x" * 80, "mcp", "x" * 47 + "--42-f5c2a1--mcp"),
    ],
)
def test_the_label_of_a_preview(branch: str, host: str, label: str) -> None:
    made = host_names.preview_label(42, branch, host, HOSTS)
    assert re.sub(r"42-[0-9a-f]{6}", "42-", made) == re.sub(r"42-[0-9a-f]{6}", "42-", label)


@given(st.integers(1, 99999), BRANCHES, st.sampled_from(HOSTS))
def test_every_branch_gives_a_label_that_no_environment_has(number: int, branch: str, host: str) -> None:
    label = host_names.preview_label(number, branch, host, HOSTS)
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", label)
    assert label not in {*HOSTS, "internal"}
    assert label[2:4] != "--"


@given(*[st.tuples(st.integers(1, 99999), BRANCHES, st.sampled_from(HOSTS))] * 2)
def test_two_previews_never_share_a_label(one: tuple[int, str, str], other: tuple[int, str, str]) -> None:
    if (one[0] != other[0] and one[1] != other[1]) or (one[:2] == other[:2] and one[2] != other[2]):
        assert host_names.preview_label(*one, HOSTS) != host_names.preview_label(*other, HOSTS)


@pytest.mark.parametrize(
    "domain", ["dev", "Dev.example.com", "dev_api.example.com", "a." * 100 + "com", "example.com."]
)
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="no domain|a domain may have"):
        host_names.domain(domain)


def test_the_longest_name_below_the_longest_domain_is_a_name() -> None:
    longest = ".".join(["a" * 60] * 2 + ["b" * 55])
    assert host_names.domain(longest) == longest
    assert len(f"{'x' * 63}.internal.{longest}") <= 253
    with pytest.raises(ValueError, match="a domain may have"):
        host_names.domain(f"{longest}cccc.com")


def refused(edit: Edit, routes: str, without: str = r"$^") -> list[tuple[str, str]]:
    """What is wrong with a catalogue in which `scribe` has these routes: key and problem."""
    folder = edit("services.yaml", "  scribe: {image: scribe,", f"  scribe: {{image: scribe, routes: [{routes}],")
    text = (folder / "services.yaml").read_text()
    (folder / "services.yaml").write_text(re.sub(without, "\n", text))
    with pytest.raises(ConfigError) as raised:
        load_catalogue(folder)
    return [(problem.key, problem.problem) for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("routes", "key", "problem"),
    [
        ("{host: a}, {host: a}", "[1]", "host 'a' and path / lead to services.scribe.routes[0] already"),
        (
            "{host: a, path: /b/c}, {host: a, path: /b-c}",
            "[1]",
            "its route 'scribe-internet-a-b-c' is named like that of",
        ),
        ("{host: a, plugins: [limits]}", "[0].plugins", "there is no plugin 'limits'"),
        ("{host: a, plugins: [limit, limit]}", "[0].plugins", "'limit' stands twice"),
    ],
)
def test_routes_that_do_not_fit(edit: Edit, routes: str, key: str, problem: str) -> None:
    for place, what in (found := refused(edit, routes)):
        assert (place, problem in what) == (f"services.scribe.routes{key}", True)
    assert found


def test_the_same_host_and_path_on_the_other_gateway_is_another_place(edit: Edit) -> None:
    folder = edit(
        "services.yaml",
        "  scribe: {image: scribe,",
        "  scribe: {image: scribe, routes: [{host: a}, {host: a, gateway: outpost}],",
    )
    assert len(load_catalogue(folder).services["scribe"].routes) == 2


@pytest.mark.parametrize(
    ("route", "key", "problem"),
    [
        ("{host: A}", "host", "'A' is no host"),
        ("{host: a.b}", "host", "'a.b' is no host"),
        ("{host: a--b}", "host", "'a--b' is a name that Slipway keeps for itself"),
        ("{host: internal}", "host", "'internal' is a name that Slipway keeps for itself"),
        ("{path: a}", "path", "'a' is refused"),
        ("{path: //a}", "path", "'//a' is refused"),
        ("{gateway: intranet}", "gateway", "'intranet' is refused"),
    ],
)
def test_a_route_that_is_none(edit: Edit, route: str, key: str, problem: str) -> None:
    [found] = refused(edit, route)
    assert (found[0], problem in found[1]) == (f"services.scribe.routes.0.{key}", True)


def test_a_route_needs_a_gateway(edit: Edit) -> None:
    problems = refused(edit, "{}", without=r"\ngateway:\n(  .*\n)+")
    assert ("services.scribe.routes[0]", "there is no gateway that it could be a route of") in problems


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        (
            "slipway:gateway:",
            "slipway:namespace: gateway\n  slipway:gateway:",
            "namespace",
            "is where the gateway runs",
        ),
        (', maxReplicas: 9, cpu: "1"', ', cpu: "1"', "gateway.size.maxReplicas", "autoscaling needs it"),
    ],
)
def test_a_gateway_that_does_not_fit_its_stack(edit: Edit, old: str, new: str, key: str, problem: str) -> None:
    folder = edit("Pulumi.prod.yaml", old, new)
    with pytest.raises(ConfigError) as raised:
        check_together("prod", load_environment("prod", folder), load_catalogue(folder))
    [found] = raised.value.problems
    assert (found.key, problem in found.problem) == (f"slipway:{key}", True)


def test_an_environment_without_a_gateway_is_refused_where_the_catalogue_has_one(edit: Edit) -> None:
    path = edit("Pulumi.dev.yaml", "slipway:gateway:", "slipway:gateway:") / "Pulumi.dev.yaml"
    path.write_text(re.sub(r"\n  slipway:gateway:\n(    .*\n)+", "\n", path.read_text()))
    with pytest.raises(ConfigError, match="slipway:gateway: this key is missing, and services.yaml has a gateway"):
        check_together("dev", load_environment("dev", path.parent), load_catalogue(path.parent))


def test_the_plugin_that_counts_requests_is_taken_as_the_guide_writes_it(edit: Edit) -> None:
    guide = (ROOT / "docs" / "how-to" / "add-a-route.md").read_text()
    [entry] = re.findall(r"^    count: .*\n", guide, re.MULTILINE)
    edit("services.yaml", "    # Who may come in has", entry + "    # Who may come in has")
    config = edit("services.yaml", "plugins: [limit, key]", "plugins: [limit, key, count]")
    catalogue = load_catalogue(config)
    assert catalogue.gateway
    assert catalogue.gateway.plugins["count"].plugin == "prometheus"
    assert catalogue.services["builder-mcp"].routes[0].plugins == ("limit", "key", "count")
