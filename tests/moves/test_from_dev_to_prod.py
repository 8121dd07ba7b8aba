"""The first release, from dev to prod."""

from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES, SERVING

RUNNING = {image: digest(1) for image in SERVING}
OUTSIDE = {
    "gcp:cloudrunv2/service:Service",
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
}
"""What a first release makes outside the clusters: the function that takes in webhooks, open to everybody."""


def without_pins(text: str) -> list[str]:
    keys = ("slipway:images:", "slipway:release:", "slipway:migrated:")
    return [line for line in text.splitlines() if not line.strip().startswith(keys) and "sha256:" not in line]


def test_from_dev_to_prod(released: Site) -> None:
    (release,) = {entry.facts["id"] for entry in released.ledger("releases")}
    before = {name: released.yaml(name) for name in ("staging", "prod")}
    skipped = released("promote", "prod", "--from", "dev", "--json", code=3)
    assert [refusal["guard"] for refusal in skipped.json["refusals"]] == ["next-in-line"]
    assert released.yaml("prod") == before["prod"]

    moved = released("promote", "staging", "--json").json
    assert moved["images"] == {image: {"before": None, "after": digest(1)} for image in IMAGES}
    assert moved["changes"]["delete"] == moved["changes"]["replace"] == moved["changes"]["update"] == 0
    types = {step["type"] for step in moved["steps"] if step["op"] != "same"}
    assert {each for each in types if each.startswith("gcp:")} == OUTSIDE
    assert {each.partition(":")[0] for each in types} == {"gcp", "kubernetes", "slipway"}
    released("promote", "prod")

    for name, found in released.status().items():
        assert (found["release"], found["images"], found["healthy"]) == (release, RUNNING, True), name
        assert found["remarks"] == []
    for name, text in before.items():
        assert without_pins(released.yaml(name)) == without_pins(text)
        assert f"  slipway:release: {release}\n  slipway:migrated: {release}\n" in released.yaml(name)
    again = released("promote", "prod", "--json", code=3).json
    assert [refusal["guard"] for refusal in again["refusals"]] == ["digest-differs"]
