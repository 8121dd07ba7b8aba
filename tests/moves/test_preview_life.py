"""From the first commit of a pull request to the last trace of its preview: built, updated, idle, warned, asleep, woken, gone."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery import github_records
from sandbox.clouds.faults import Effect, Fault
from sandbox.values import unwrap
from tests.lifecycle.commands import CODE, Site, commit, digest
from tests.moves.test_promotion import guards

ONE, TWO = commit(70), commit(71)
TOPIC = "gcp:pubsub/topic:Topic"


def pull_request(site: Site, *arguments: str, number: int = 42) -> None:
    site("sandbox", "pull-request", str(number), "--repository", CODE, *arguments)


def opened(site: Site, branch: str = "search", number: int = 42) -> None:
    """On GitHub, with one image built."""
    pull_request(site, "--author", "ann", "--branch", branch, "--commit", ONE, number=number)
    site("sandbox", "push", f"api@{digest(7)}", "--commit", ONE)


def comments(site: Site, number: int = 42) -> list[str]:
    found = github_records.load(site.folder / ".sandbox").repository(CODE).pull_requests[number]
    return [each.body for each in found.comments]


def deployments(site: Site) -> list[tuple[str, list[str]]]:
    """Environment and states of each, oldest first."""
    found = github_records.load(site.folder / ".sandbox").repository(CODE).deployments
    return [(each.environment, [status.state for status in each.statuses]) for each in found]


def state(site: Site, number: int = 42) -> str:
    return str(site("pr", "show", str(number), "--json").json["state"])


def listed(site: Site) -> list[tuple[int, str]]:
    return [(each["number"], each["state"]) for each in site("pr", "list", "--json").json["previews"]]


def swept(site: Site, *arguments: str, code: int = 0) -> list[tuple[str, str]]:
    found = site("pr", "sweep", *arguments, "--json", code=code).json["found"]
    assert all(each["done"] == (arguments == ("--yes",)) for each in found)
    return [(each["do"], each["what"]) for each in found]


def ready(site: Site) -> dict[str, tuple[int, int]]:
    loads = site("pr", "show", "42", "--json").json["workloads"]
    return {name: (load["ready"], load["desired"]) for name, load in loads.items()}


def test_the_life_of_a_pull_request(released: Site) -> None:
    before, files = released.inventory(), sorted(released.config.iterdir())
    opened(released)
    # Branch and commit are GitHub's to know.
    released("pr", "open", "42", "--changed", "api")
    shown = released("pr", "show", "42", "--json").json
    assert (shown["branch"], shown["commit"], shown["built"]) == ("search", ONE, {"api": digest(7)})
    assert (shown["images"]["api"], shown["images"]["scribe"]) == (digest(7), digest(1))
    assert listed(released) == [(42, "awake")]
    [said] = comments(released)
    assert "| state | runs |" in said
    assert f"| built for it | api `{digest(7)[7:19]}` |" in said
    assert deployments(released) == [("pr-42", ["in_progress", "success"])]

    # A push: another commit, another image, the same comment.
    pull_request(released, "--commit", TWO)
    released("sandbox", "push", f"scribe@{digest(8)}", "--commit", TWO)
    released("pr", "open", "42", "--changed", "scribe")
    assert released("pr", "show", "42", "--json").json["built"] == {"scribe": digest(8)}
    [said] = comments(released)
    assert f"| commit | `{TWO}` |" in said
    assert deployments(released)[-1] == ("pr-42", ["in_progress", "success"])
    assert swept(released) == []

    released("sandbox", "clock", "advance", "25h")
    assert swept(released, code=4) == [("sleep", "pr-42")]
    assert set(ready(released).values()) == {(1, 1)}
    assert swept(released, "--yes") == [("sleep", "pr-42")]
    assert listed(released) == [(42, "asleep")]
    assert set(ready(released).values()) == {(0, 0)}
    assert "| state | asleep" in comments(released)[0]

    released("sandbox", "clock", "advance", "36h")
    # A scheduled run is in a fresh clone.
    (released.config / "Pulumi.pr-42.yaml").unlink()
    assert swept(released, "--yes") == [("warn", "pr-42")]
    assert "| state | asleep" in comments(released)[0]
    assert "slipway pr extend 42" in comments(released)[0].partition("|")[0]
    assert swept(released) == []
    released("pr", "wake", "42")
    assert set(ready(released).values()) == {(1, 1)}
    assert "slipway pr extend 42" not in comments(released)[0].partition("|")[0]
    assert swept(released) == []

    pull_request(released, "--merge")
    assert swept(released, "--yes") == [("close", "pr-42")]
    assert listed(released) == []
    assert comments(released) == [
        "<!-- slipway: preview -->\n### Preview pr-42\n\nIt is closed, and nothing of it is left."
    ]
    assert deployments(released)[-1][1][-1] == "inactive"
    assert released.inventory() == before
    assert sorted(released.config.iterdir()) == files


@pytest.mark.journey
def test_nobody_needs_it_for_long_enough_and_it_goes(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    shown = released("pr", "show", "42", "--json").json
    first = datetime.fromisoformat(shown["expires"])
    assert shown["opened"] == shown["activity"]
    released("sandbox", "clock", "advance", "10h")
    released("pr", "extend", "42")
    extended = released("pr", "show", "42", "--json").json
    assert extended["opened"] == shown["opened"]
    second = datetime.fromisoformat(extended["expires"])
    assert second - first >= timedelta(hours=10)
    assert second - datetime.fromisoformat(extended["activity"]) == timedelta(hours=72)
    # Any machine can read it: it is an export of the stack.
    (released.config / "Pulumi.pr-42.yaml").unlink()
    released("pr", "open", "42")
    again = released("outputs", "pr-42", "--json").json["preview"]
    assert (again["opened"], again["expires"] >= extended["expires"]) == (shown["opened"], True)
    released("sandbox", "clock", "advance", "72h")
    assert state(released) == "expired"
    assert swept(released, "--yes") == [("close", "pr-42")]
    assert swept(released) == []


@pytest.mark.journey
def test_on_another_machine_there_is_no_file_and_all_goes_on(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    file = released.config / "Pulumi.pr-42.yaml"
    was = released("outputs", "pr-42", "--show-secrets", "--json").json
    file.unlink()
    assert listed(released) == [(42, "awake")]
    assert released("pr", "show", "42", "--json").json["built"] == {"api": digest(7)}
    released("pr", "sleep", "42")
    assert listed(released) == [(42, "asleep")]
    file.unlink()
    changes = released("pr", "wake", "42", "--json").json["changes"]
    assert (changes["replace"], changes["delete"]) == (0, 0)
    now = released("outputs", "pr-42", "--show-secrets", "--json").json
    assert now["database_password"] == was["database_password"]
    same = ("number", "branch", "commit", "built", "asleep")
    assert {key: now["preview"][key] for key in same} == {key: was["preview"][key] for key in same}
    file.unlink()
    released("pr", "close", "42")
    assert listed(released) == []


def test_it_waits_for_the_build_and_says_so(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    late = released("pr", "open", "42", "--changed", "api,scribe", "--wait", "0", code=1)
    assert f"has no api:{ONE}, scribe:{ONE}" in late.err
    assert not (released.config / "Pulumi.pr-42.yaml").exists()
    waiting = released.start("pr", "open", "42", "--changed", "api,scribe", "--wait", "5")
    released("sandbox", "push", f"api@{digest(7)}", f"scribe@{digest(8)}", "--commit", ONE)
    ended = waiting.wait()
    assert ended.code == 0, ended.err
    assert released("pr", "show", "42", "--json").json["built"] == {"api": digest(7), "scribe": digest(8)}


@pytest.mark.journey
def test_there_is_room_for_so_many(released: Site) -> None:
    template = released.config / "Pulumi.pr.yaml"
    template.write_text(template.read_text().replace("slipway:mostPreviews: 20", "slipway:mostPreviews: 2"))
    released("pr", "open", "1", "--branch", "one")
    released("sandbox", "clock", "advance", "1h")
    released("pr", "open", "2", "--branch", "two")
    refused = released("pr", "open", "3", "--branch", "three", "--json", code=3).json["refusals"]
    assert [(each["guard"], each["problem"], each["remedy"]) for each in refused] == [
        (
            "room-for-it",
            "2 previews are open and dev takes 2; pr-1 (awake), pr-2 (awake) would go first",
            "Close one, such as 'slipway pr close 1', or raise slipway:mostPreviews in Pulumi.pr.yaml.",
        )
    ]
    assert not (released.config / "Pulumi.pr-3.yaml").exists()
    # One that is open may be updated.
    released("pr", "open", "2", "--branch", "two")
    released("pr", "close", "1")
    released("pr", "open", "3", "--branch", "three")


@pytest.mark.journey
def test_what_a_lost_close_left_is_found_and_removed(released: Site) -> None:
    before = released.inventory()
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    whole = set(released.inventory()) - set(before)
    # Somebody has deleted the state, and the file with it.
    (released.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / "pr-42.json").unlink()
    (released.config / "Pulumi.pr-42.yaml").unlink()
    found = swept(released, code=4)
    assert {deed for deed, _ in found} == {"remove"}
    for kind in (TOPIC, "gcp:sql/database:Database", "gcp:sql/user:User", "gcp:secretmanager/secret:Secret", "kubernetes:core/v1:Namespace"):  # fmt: skip
        assert any(what.startswith(f"{kind} ") for _, what in found), kind
    assert swept(released, "--yes") == found
    assert swept(released) == []
    left = set(released.inventory()) - set(before)
    # What others lent to pods that are no more: grants name who they are to, and bear no label.
    assert {kind for kind, _ in left} <= {"gcp:secretmanager/secretIamMember:SecretIamMember"}
    assert len(left) < len(whole) / 20
    assert set(before) <= set(released.inventory())


def test_a_lock_that_a_cancelled_build_left_is_let_go_of(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    folder = released.folder / ".sandbox" / ".pulumi" / "locks" / "organization" / "slipway" / "pr-42"
    folder.mkdir(parents=True, exist_ok=True)

    def lock(since: str) -> Path:
        path = folder / "0b5e7c1e.json"
        content = {"pid": 7, "username": "root", "hostname": "build-1a2b", "timestamp": since}
        path.write_text(json.dumps(content))
        return path

    held = lock("2026-01-31T12:00:00.123456789Z")
    assert "root@build-1a2b" in released("pr", "sleep", "42", code=5).err
    assert swept(released, "--yes") == [("unlock", "pr-42")]
    assert not held.exists()
    lock(datetime.now().astimezone().isoformat())
    assert swept(released) == []


@pytest.mark.journey
def test_a_failure_is_told_with_its_remedy_and_the_last_good_one_is_not_forgotten(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    released("sandbox", "push", f"scribe@{digest(9)}", "--crash", "--commit", ONE)
    failed = released("pr", "open", "42", "--changed", "scribe", code=1).err
    assert "the preview pr-42 did not come up" in failed
    [said] = comments(released)
    assert "**It does not run.** Repair the cause and run the same command again, or remove it" in said
    assert "scribe" in said.partition("```text")[2]
    assert deployments(released) == [("pr-42", ["in_progress", "failure"])]
    assert listed(released) == [(42, "half-made")]
    pull_request(released, "--commit", TWO)
    released("sandbox", "push", f"scribe@{digest(8)}", "--commit", TWO)
    released("pr", "open", "42", "--changed", "scribe")
    assert "It does not run" not in comments(released)[0]
    assert listed(released) == [(42, "awake")]


@pytest.mark.journey
def test_a_stranger_s_pull_request_gets_nothing_of_the_base_s(released: Site) -> None:
    pull_request(released, "--author", "eve", "--branch", "search", "--commit", ONE, "--fork")
    before = released.inventory()
    released("pr", "open", "42", "--changed", "")
    made = {key: value for key, value in released.inventory().items() if key not in before}
    shown = released("pr", "show", "42", "--json").json
    assert shown["fork"] is True
    # What is granted to one of the team's pull requests is not for whoever names a branch like it.
    assert re.fullmatch(r"fork-search-42-[0-9a-f]{6}", shown["namespace"])
    assert {url for urls in shown["routes"].values() for url in urls} == set()
    assert not [key for key in made if "SecretProviderClass" in key[0]]
    grants = [value for (kind, _), value in made.items() if kind.endswith("SecretIamMember")]
    assert [grant["member"].partition(":")[0] for grant in grants] == ["group"]
    # Whoever says the branch does not make it one of the team's.
    released("pr", "open", "42", "--branch", "search")
    assert released("pr", "show", "42", "--json").json["fork"] is True
    released("pr", "open", "42", "--no-fork", "--branch", "search")
    grants = [value for (kind, _), value in released.inventory().items() if kind.endswith("SecretIamMember") and "/ns/pr-search/" in value["member"]]  # fmt: skip
    assert len(grants) == 1


def test_a_webhook_reaches_a_pod_of_the_preview(released: Site) -> None:
    """Cloud Run would need two service accounts for each preview, of which a project has a hundred."""
    accounts = [key for key in released.inventory() if key[0] == "gcp:serviceaccount/account:Account"]
    released("pr", "open", "42", "--branch", "search")
    assert [key for key in released.inventory() if key[0] == "gcp:serviceaccount/account:Account"] == accounts
    assert ready(released)["provider-webhooks"] == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("open", "42"), "--branch: it is not known of which branch pull request 42 is"),
        (("open", "42", "--branch", "x", "--changed", "apo"), "--changed: there is no service 'apo'"),
        (("open", "42", "--branch", "x", "--changed", "api"), "--commit: it is not known of which commit api shall be"),
        (("open", "42", "--branch", "x", "--commit", "abc"), "slipway:pullRequest.commit"),
    ],
)
def test_bad_input_makes_nothing(released: Site, arguments: tuple[str, ...], said: str) -> None:
    before = released.inventory()
    refused = released("pr", *arguments, code=2)
    assert said in " ".join(refused.err.replace("│", " ").split())
    assert released.inventory() == before
    assert not (released.config / "Pulumi.pr-42.yaml").exists()


@pytest.mark.parametrize("verb", ["show", "extend", "sleep", "wake"])
def test_what_is_not_there_is_said(up: Site, verb: str) -> None:
    assert "there is no preview pr-42" in up("pr", verb, "42", code=1).err


def test_the_life_that_its_file_asks_for(released: Site) -> None:
    template = released.config / "Pulumi.pr.yaml"
    text = template.read_text()
    template.write_text(text.replace("sleepHours: 24", "sleepHours: 0").replace("expireHours: 72", "expireHours: 720"))
    opened(released)
    released("pr", "open", "42")
    released("sandbox", "clock", "advance", "20d")
    assert swept(released) == []
    template.write_text(text.replace("sleepHours: 24", "sleepHours: 72"))
    said = released("pr", "open", "43", "--branch", "x", code=2).err
    assert "it would sleep after 72 hours and be closed after 72" in said


@pytest.mark.journey
def test_the_base_goes_on_under_a_living_preview(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    released("deploy", "dev", released.release(dict.fromkeys(released.images, 2)))
    released("pr", "open", "42")
    shown = released("pr", "show", "42", "--json").json
    assert (shown["images"]["api"], shown["images"]["scribe"]) == (digest(7), digest(2))
    assert guards(released, "destroy", "dev") == ["nobody-borrows"]


def filled(site: Site) -> list[dict[str, Any]]:
    """The Jobs that fill the preview's database, as the API has them."""
    jobs = [unwrap(value) for (kind, _), value in site.inventory().items() if kind == "kubernetes:batch/v1:Job"]
    return [job for job in jobs if job["metadata"]["name"].startswith("fill-")]


def data(site: Site, written: str) -> None:
    template = site.config / "Pulumi.pr.yaml"
    text = "".join(line for line in template.read_text().splitlines(keepends=True) if "slipway:data" not in line)
    template.write_text(text.replace("  slipway:mostPreviews", f"  slipway:data: {written}\n  slipway:mostPreviews"))


@pytest.mark.journey
def test_a_database_begins_with_what_a_file_says(released: Site) -> None:
    (released.config / "seeds").mkdir()
    seed = released.config / "seeds" / "main.sql"
    seed.write_text("INSERT INTO plans VALUES ('free');\n")
    data(released, "{main: {seed: seeds/main.sql}}")
    steps = released("pr", "open", "42", "--branch", "search", "--json").json["steps"]
    runs = ("kubernetes:batch/v1:Job", "kubernetes:apps/v1:Deployment")
    order = [step["urn"].rpartition("::")[2] for step in steps if step["op"] == "create" and step["type"] in runs]
    assert order.index("grants") < order.index("migrate") < order.index("fill-main") < order.index("api")
    [job] = filled(released)
    [box] = job["spec"]["template"]["spec"]["containers"]
    assert box["args"][-1] == "--command=INSERT INTO plans VALUES ('free');\n"
    given = {each["name"]: each.get("value") for each in box["env"]}
    assert (given["PGDATABASE"], given["PGUSER"], given["PGSSLMODE"]) == ("pr_42_main", "pr_42_preview", "require")
    assert given["PGPASSWORD"] is None
    assert "/postgres@" in box["image"]
    # What is there stays there; another content runs once more.
    again = released("pr", "open", "42", "--branch", "search", "--json").json["changes"]
    assert again["replace"] == again["create"] == 0
    seed.write_text("INSERT INTO plans VALUES ('free'), ('paid');\n")
    released("pr", "close", "42")
    released("pr", "open", "42", "--branch", "search")
    assert filled(released)[0]["metadata"]["name"] != job["metadata"]["name"]


def test_a_database_is_filled_by_a_program(released: Site) -> None:
    data(released, "{main: {hook: {image: scribe, args: [--fill]}}}")
    released("pr", "open", "42", "--branch", "search")
    [job] = filled(released)
    [box] = job["spec"]["template"]["spec"]["containers"]
    assert (box["args"], "/scribe@" in box["image"]) == (["--fill"], True)
    assert {"DATABASE_HOST", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD"} <= {it["name"] for it in box["env"]}


@pytest.mark.journey
def test_a_database_begins_as_a_copy(released: Site) -> None:
    """What the statements do, tests/postgres sees on a real server."""
    data(released, "{main: {template: golden}}")
    steps = released("pr", "open", "42", "--branch", "search", "--json").json["steps"]
    jobs = [step["urn"].rpartition("::")[2] for step in steps if step["type"] == "kubernetes:batch/v1:Job"]
    assert jobs.index("copy-main") < jobs.index("grants") < jobs.index("migrate")
    [job] = [
        unwrap(value) for (_, id_), value in released.inventory().items() if id_.endswith("/pr-42-copy-main-golden")
    ]
    assert (job["metadata"]["namespace"], job["metadata"]["labels"]) == ("database", {"preview": "pr-42"})
    [box] = job["spec"]["template"]["spec"]["containers"]
    assert '--command=CREATE DATABASE "pr_42_main" TEMPLATE "golden";' in box["args"]
    assert '--command=\\connect "pr_42_main"' in box["args"]
    assert "--single-transaction" not in box["args"]
    # It is no copy of it once more when the pull request goes on.
    again = released("pr", "open", "42", "--branch", "search", "--json").json["changes"]
    assert {op for op, count in again.items() if count} == {"same"}
    released("pr", "open", "43", "--branch", "idea", "--fork")
    assert not [id_ for _, id_ in released.inventory() if "pr-43-copy" in id_]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{main: {seed: seeds/none.sql}}", "slipway:data.main.seed: seeds/none.sql: No such file or directory"),
        ("{man: {seed: a.sql}}", "Did you mean 'main'?"),
        ("{main: {hook: {image: scribble}}}", "Did you mean 'scribe'?"),
        ("{main: {}}", "a database is filled by one of template, seed and hook"),
        ("{main: {seed: a/../../b.sql}}", "leads out of the folder"),
        ("{main: {seed: /etc/passwd}}", "slipway:data.main.seed"),
    ],
)
def test_data_that_is_not_there_is_refused(released: Site, written: str, said: str) -> None:
    data(released, written)
    assert said in " ".join(released("pr", "open", "42", "--branch", "search", code=2).err.split())
    assert not (released.config / "Pulumi.pr-42.yaml").exists()


def test_a_seed_that_is_too_long_is_refused(released: Site) -> None:
    (released.config / "main.sql").write_text("-- x\n" * 20_000)
    data(released, "{main: {seed: main.sql}}")
    said = released("pr", "open", "42", "--branch", "search", code=2).err
    assert "main.sql has 100000 bytes, a seed may have 98304" in said


@pytest.mark.journey
def test_a_stranger_s_preview_is_planned_without_anything_of_the_cloud_s(released: Site) -> None:
    """In a sandbox of its own: this one's clouds are not even looked at."""
    before, files = released.inventory(), sorted(released.config.iterdir())
    pull_request(released, "--author", "eve", "--branch", "search", "--commit", ONE, "--fork")
    (released.folder / ".sandbox" / "world.sqlite").rename(released.folder / "away")
    # As on Google Cloud, where a key of Cloud KMS seals them, which nobody has here.
    dev = released.config / "Pulumi.dev.yaml"
    sealed = dev.read_text()
    kms = "secretsprovider: gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k\nencryptedkey: CiQA\n"
    dev.write_text(kms + re.sub(r"^encryptionsalt:.*\n", "", sealed, flags=re.MULTILINE))
    planned = released("pr", "plan", "42", "--comment", "--json").json
    assert planned["stack"] == "pr-42"
    assert (planned["ok"], planned["changes"]["create"] > 60, planned["changes"]["delete"]) == (True, True, 0)
    assert not [step for step in planned["steps"] if "SecretProviderClass" in step["type"]]
    [said] = comments(released)
    assert said.startswith("<!-- slipway: preview-plan -->\n### What the preview `pr-42` would be")
    assert "  24  Workload" in said
    released("pr", "plan", "42", "--comment")
    assert len(comments(released)) == 1
    dev.write_text(sealed)
    for left in (released.folder / ".sandbox").glob("world.sqlite*"):
        left.unlink()
    (released.folder / "away").rename(released.folder / ".sandbox" / "world.sqlite")
    assert released.inventory() == before
    assert sorted(released.config.iterdir()) == files


@pytest.mark.journey
def test_a_plan_that_fails_says_why(released: Site) -> None:
    pull_request(released, "--author", "eve", "--branch", "search", "--commit", ONE, "--fork")
    template = released.config / "Pulumi.pr.yaml"
    template.write_text(
        template.read_text().replace("default: {replicas: 1, cpu: 100m", "default: {replicas: 1, cpu: 100 m")
    )
    assert "'100 m' is no number of cores" in released("pr", "plan", "42", code=2).err


@pytest.mark.journey
def test_the_base_s_cluster_is_replaced_under_a_living_preview(released: Site) -> None:
    """What stood on it is gone with it. The same command makes all of it anew on the new one."""
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    file = released.config / "Pulumi.dev.yaml"
    text = file.read_text()
    file.write_text(text.replace("location: us-west1-a", "location: us-west1-b"))
    assert file.read_text() != text
    released("up", "dev")
    changes = released("pr", "open", "42", "--changed", "api", "--json").json["changes"]
    assert changes["replace"] + changes["create"] > 30
    assert set(ready(released).values()) == {(1, 1)}
    assert released("plan", "pr-42", "--json").json["changes"]["create"] == 0
    released("pr", "close", "42")
    assert not [key for key in released.inventory() if "pr-42" in key[1] or "pr-search" in key[1] or "pr_42" in key[1]]


@pytest.mark.journey
def test_an_old_file_does_not_bring_back_what_others_have_left_behind(released: Site) -> None:
    opened(released)
    released("pr", "open", "42", "--changed", "api")
    file = released.config / "Pulumi.pr-42.yaml"
    old = file.read_text()
    pull_request(released, "--commit", TWO)
    released("sandbox", "push", f"api@{digest(8)}", "--commit", TWO)
    released("sandbox", "clock", "advance", "1h")
    released("pr", "open", "42", "--changed", "api")
    file.write_text(old)
    released("pr", "sleep", "42")
    released("pr", "extend", "42")
    shown = released("pr", "show", "42", "--json").json
    assert (shown["state"], shown["commit"], shown["built"]) == ("asleep", TWO, {"api": digest(8)})


def test_the_slower_build_of_an_older_commit_comes_too_late(released: Site) -> None:
    opened(released)
    pull_request(released, "--commit", TWO)
    released("sandbox", "push", f"api@{digest(8)}", "--commit", TWO)
    released("pr", "open", "42", "--changed", "api")
    assert guards(released, "pr", "open", "42", "--changed", "api", "--commit", ONE) == ["newest-commit"]
    assert released("pr", "show", "42", "--json").json["built"] == {"api": digest(8)}


@pytest.mark.journey
def test_a_copy_that_failed_is_tried_again_by_the_same_command(released: Site) -> None:
    data(released, "{main: {template: golden}}")
    released.plan_fault(Fault("kubernetes:batch/v1:Job", "create", Effect.TIMEOUT, 1))
    released("pr", "open", "42", "--branch", "search", code=1)
    released("pr", "open", "42", "--branch", "search")
    assert set(ready(released).values()) == {(1, 1)}


def test_no_pull_request_builds_what_administers_databases(released: Site) -> None:
    released("sandbox", "push", f"postgres@{digest(7)}", "--commit", ONE)
    said = released("pr", "open", "42", "--branch", "x", "--image", f"postgres={digest(7)}", code=2).err
    assert "slipway:built.postgres: 'postgres' administers the databases of the base" in said


def test_nothing_starts_where_nobody_would_make_the_grants(up: Site) -> None:
    """The base runs no release yet, so its tools have no pin."""
    up("sandbox", "push", f"api@{digest(7)}", "--commit", ONE)
    before = up.inventory()
    said = up("pr", "open", "42", "--branch", "x", "--image", f"api={digest(7)}", code=2).err
    assert "the image 'postgres' of databaseTools has no pin" in said
    assert up.inventory() == before


def test_a_cluster_that_does_not_answer_is_no_cluster_that_is_gone(released: Site) -> None:
    released("pr", "open", "42", "--branch", "search")
    released.plan_fault(Fault("kubernetes:core/v1:Namespace", "delete", Effect.FAIL, 1))
    released("pr", "close", "42", code=1)
    assert [key for key in released.inventory() if key[1].endswith("/pr-search")]
    assert listed(released) == [(42, "awake")]


@pytest.mark.parametrize("activity", ["soon", "2026-01-31T12:00:00", "5", "9999-12-31T23:59:59Z", "-1"])
def test_what_is_no_time_is_refused(released: Site, activity: str) -> None:
    template = released.config / "Pulumi.pr.yaml"
    template.write_text(
        template.read_text().replace(
            "  slipway:mostPreviews", f"  slipway:activity: {activity}\n  slipway:mostPreviews"
        )
    )
    told = released("plan", "pr-9", code=2).err
    assert "Traceback" not in told
    file = released.config / "Pulumi.pr-9.yaml"
    file.write_text(template.read_text() + "  slipway:pullRequest: {number: 9, branch: x}\n")
    assert "slipway:activity" in released("plan", "pr-9", code=2).err


@pytest.mark.journey
def test_exports_of_another_version_keep_nobody_from_their_preview(released: Site) -> None:
    released("pr", "open", "1", "--branch", "one")
    state = released.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / "pr-1.json"
    state.write_text(state.read_text().replace('"expires":', '"ends":'))
    assert listed(released) == [(1, "half-made")]
    released("pr", "open", "2", "--branch", "two")
    released("pr", "open", "1", "--branch", "one")
    assert listed(released) == [(1, "awake"), (2, "awake")]


@pytest.mark.journey
def test_what_the_catalogue_has_no_more_goes_with_the_next_open(released: Site) -> None:
    released("pr", "open", "42", "--branch", "search")
    file = released.config / "Pulumi.pr-42.yaml"
    file.write_text(file.read_text().replace("  slipway:images:\n", f"  slipway:images:\n    gone: {digest(1)}\n"))
    assert "there is no image 'gone'" in released("plan", "pr-42", code=2).err
    changes = released("pr", "open", "42", "--json").json["changes"]
    assert {op for op, count in changes.items() if count} == {"same"}
    assert "gone" not in file.read_text()
