"""The reference of config keys is what the models say."""

from __future__ import annotations

from pathlib import Path

from model.reference import page

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_models_say() -> None:
    written = (ROOT / "docs" / "reference" / "config.md").read_text()
    assert written == page(), "write it anew: python -m model.reference > docs/reference/config.md"


def test_every_key_of_the_default_files_is_on_the_page() -> None:
    told = page()
    for key in ("slipway:sizes.NAME.maxReplicas", "slipway:cluster.nodePools.NAME.spot", "topics.NAME.publishers"):
        assert f"| `{key}` |" in told
