"""What the pipeline has not signed runs where that is not asked for, and nowhere else."""

from tests.lifecycle.commands import IMAGES, Site, commit, digest


def test_an_unsigned_image_does_not_get_past_dev(released: Site) -> None:
    released("promote", "staging")
    released("sandbox", "push", f"scribe@{digest(2)}", "--unsigned")
    pairs = [f"{image}={digest(2 if image == 'scribe' else 1)}" for image in IMAGES]
    release = released("release", "record", "--commit", commit(1), "--migration", "none", *pairs).out.strip()
    released("deploy", "dev", release)

    refused = released("promote", "staging", code=1)
    said = refused.out + refused.err
    assert "denied by attestor projects/ampersand-prod/attestors/slipway: No attestations found" in said
    assert released.status()["staging"]["images"]["scribe"] == digest(1)

    released("sandbox", "push", f"scribe@{digest(2)}")
    released("up", "staging")
    assert released.status()["staging"]["images"]["scribe"] == digest(2)
