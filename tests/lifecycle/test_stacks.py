"""up, plan, destroy and outputs; and every way to be told that the input is wrong."""

from collections import Counter

import pytest

from tests.lifecycle.commands import COMMIT, IMAGES, Site, digest


@pytest.mark.journey
def test_what_json_says(up: Site) -> None:
    planned = up("plan", "dev", "--json").json
    assert {"changes", "steps"} <= planned.keys()
    nothing = dict.fromkeys(("create", "update", "replace", "delete", "import"), 0)
    assert planned["changes"] == {**nothing, "same": len(planned["steps"])}
    assert all({"op", "urn", "type"} <= step.keys() for step in planned["steps"])
    again = up("up", "dev", "--json").json
    assert (again["changes"], again["ok"], again["virtual_seconds"]) == (planned["changes"], True, 0.0)


def test_options_stand_before_and_after_the_verb(up: Site) -> None:
    before = up("--json", "--engine", "sandbox", "--config-dir", str(up.config), "status")
    after = up("status", "--json", "--engine", "sandbox", "--config-dir", str(up.config))
    assert before.json == after.json
    assert before.err == after.err == f"engine: sandbox (world in {up.folder / '.sandbox'})\n"


def test_outputs_hide_secrets_until_asked(up: Site) -> None:
    hidden = up("outputs", "dev", "--json").json
    assert hidden["namespace"] == "services"
    assert hidden["kubeconfig"] == "[secret]"
    assert "apiVersion" in up("outputs", "dev", "--json", "--show-secrets").json["kubeconfig"]
    assert "namespace: services" in up("outputs", "dev").out.splitlines()


@pytest.mark.journey
def test_destroy_leaves_nothing(up: Site) -> None:
    before = up.inventory()
    assert up("destroy", "dev", "--json").json["changes"]["delete"] > 80
    left = up.inventory()
    assert left.keys() < before.keys()
    assert not [name for _, name in left if "ampersand-dev" in name]
    up("up", "dev")
    assert Counter(kind for kind, _ in up.inventory()) == Counter(kind for kind, _ in before)


@pytest.mark.journey
def test_what_is_protected_keeps_everything_from_being_destroyed(up: Site) -> None:
    before = up.inventory()
    refused = up("destroy", "staging", "--json", code=3).json
    assert [refusal["guard"] for refusal in refused["refusals"]] == ["deletion-protection"]
    file = up.config / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace("deletionProtection: true", "deletionProtection: false"))
    # What counts is what was brought up, not what was typed since.
    stopped = up("destroy", "staging", "--json", code=1).json
    assert {op for op, count in stopped["changes"].items() if count} == set()
    assert stopped["diagnostics"][0]["message"].count("cannot be deleted because it is protected") == 1
    assert up.inventory() == before
    up("up", "staging")
    up("destroy", "staging")
    assert not [name for _, name in up.inventory() if "ampersand-staging" in name]


@pytest.mark.journey
def test_text_folds_by_component_and_tells_the_time(empty: Site) -> None:
    text = empty("up", "shared").out
    assert "  Registry " in text
    assert "shared up: ok, 267 created" in text
    assert "On Google Cloud this would have taken about" in text
    assert "nothing changes (267 unchanged)" in empty("plan", "shared").out


def test_reset_forgets_the_sandbox_and_nothing_else(up: Site) -> None:
    files = sorted(path.name for path in up.config.iterdir())
    up("sandbox", "reset")
    assert not (up.folder / ".sandbox" / "world.sqlite").exists()
    assert up("sandbox", "reset").out == "the sandbox was empty already\n"
    assert sorted(path.name for path in up.config.iterdir()) == files
    up("outputs", "dev", code=1)


def broken(site: Site, name: str, old: str, new: str) -> None:
    path = site.config / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "stagng"), "Did you mean 'staging'?"),
        (("plan", "nowhere"), "there is no stack 'nowhere'"),
        (("up", "pr"), "Pulumi.pr.yaml: it is the template of previews, no stack. Name a stack, such as pr-42."),
        (("outputs", "pr-9"), "there is no stack 'pr-9'"),
        (("destroy", "nowhere"), "there is no stack 'nowhere'"),
        (("promote", "prd"), "there is no environment 'prd'. Did you mean 'prod'?"),
        (("promote", "prod", "--from", "shared"), "--from: there is no environment 'shared'"),
        (("deploy", "shared", "2026.01.31.0001"), "ENV: there is no environment 'shared'"),
        (("deploy", "dev", "latest"), "RELEASE: 'latest' is no release id. Write YYYY.MM.DD.NNNN"),
        (("deploy", "dev", "2026.01.31.0001"), "there is no release '2026.01.31.0001'"),
        (("sandbox", "push", "api"), "'api' has no digest"),
        (("sandbox", "push", "api@latest"), "'latest' is no digest"),
        (("sandbox", "push", f"apo@{digest(1)}"), "Did you mean 'api'?"),
        (("sandbox", "push", f"api@{digest(1)}", "--crash-with", ""), "--crash-with: it is empty."),
        (("sandbox", "push", f"api@{digest(1)}"), "slipway up shared"),
        (("sandbox", "push", f"api@{digest(1)}", "--commit", "main"), "--commit: 'main' is no full commit"),
        (("sandbox", "push", f"api@{digest(1)}", "--commit", ""), "--commit: '' is no full commit"),
        (("sandbox", "push", f"acme/api@{digest(1)}"), "IMAGE: 'acme/api' is no image of Artifact Registry. Write LOC"),
        (("sandbox", "fault", "plan", "*", "create", "delay", "--for", ""), "--for: '' is no span of time."),
        (("sandbox", "lose", "api"), "'api' has no digest"),
        (("sandbox", "lose", f"apo@{digest(1)}"), "Did you mean 'api'?"),
        (("sandbox", "lose", f"api@{digest(1)}"), f"the registry holds no api@{digest(1)}. 'slipway sandbox inspect'"),
        (("release", "record", "--commit", "main", f"api={digest(1)}"), "--commit: 'main' is no full commit"),
        (("release", "record", "--commit", COMMIT, f"api={digest(1)}"), "the image 'scribe' has no digest"),
        (("--engine", "terraform", "status"), "there is no engine 'terraform'"),
        (("--config-dir", "/nowhere", "status"), "--config-dir: there is no folder /nowhere"),
        (("fly",), "there is no command 'fly'"),
        (("up",), "STACK: 'slipway up' needs this argument"),
    ],
)
def test_bad_input_says_what_to_write(empty: Site, arguments: tuple[str, ...], said: str) -> None:
    refused = empty(*arguments, code=2)
    assert said in " ".join(refused.err.replace("│", " ").split())
    assert refused.out == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("Pulumi.dev.yaml", "config:\n", "config: [\n", "Pulumi.dev.yaml: line"),
        ("Pulumi.dev.yaml", "slipway:autoscaling", "slipway:autoscalling", "Did you mean 'autoscaling'?"),
        ("Pulumi.dev.yaml", "slipway:images: {}", "slipway:images: {api: latest}", "slipway:images.api"),
        ("services.yaml", "image: scribe", "image: scrib", "services.scribe.image: there is no image 'scrib'"),
        ("services.yaml", "images:", "images: {", "services.yaml: line"),
    ],
)
def test_bad_files_are_named_with_their_key(empty: Site, file: str, old: str, new: str, said: str) -> None:
    broken(empty, file, old, new)
    for verb in ("plan", "up"):
        refused = empty(verb, "dev", "--json", code=2)
        assert said in refused.err
        assert said in refused.json["error"]
    assert not (empty.folder / ".sandbox" / ".pulumi").exists()


def test_a_missing_file_is_named(empty: Site) -> None:
    (empty.config / "services.yaml").unlink()
    assert "services.yaml: there is no such file" in empty("up", "dev", code=2).err


def test_a_pipe_gets_plain_lines_on_stderr_only(empty: Site) -> None:
    result = empty("up", "shared", "--json")
    assert result.json["changes"]["create"] == 267
    assert "\x1b" not in result.err
    assert "  +  gcp:artifactregistry/repository:Repository registry" in result.err.splitlines()


def test_the_whole_catalogue_is_named_in_the_refusal(empty: Site) -> None:
    refused = empty("release", "record", "--commit", COMMIT, f"api={digest(1)}", "--json", code=2)
    missing = {problem["problem"] for problem in refused.json["problems"]}
    assert missing == {f"the image '{image}' has no digest" for image in IMAGES if image != "api"}


def test_what_needs_the_shared_stack_waits_for_it_and_nothing_is_made(empty: Site) -> None:
    assert empty("plan", "staging", "--json").json["changes"]["create"] > 100
    refused = empty("up", "staging", "--json", code=3)
    assert refused.json["refusals"] == [
        {
            "guard": "shared-first",
            "problem": "staging needs projects/ampersand-prod/attestors/slipway, which shared has not made yet",
            "remedy": "Run 'slipway up shared' first.",
        }
    ]
    assert empty.inventory() == {}
    shared = empty.config / "Pulumi.shared.yaml"
    shared.write_text(shared.read_text().replace("signed: [staging, prod]", "signed: [prod]"))
    told = empty("up", "staging", code=2).err
    assert "Pulumi.shared.yaml: slipway:signed: 'staging' is missing" in told
    assert "slipway:signed: 'staging' is missing" in empty("doctor", "staging", code=4).out
