"""The stacks of the repository, made small: what is asked of a release on its way does not depend on how much it is."""

from __future__ import annotations

import re
from pathlib import Path

from model.catalogue import load_catalogue

FOLDER = Path(__file__).parent
CATALOGUE = load_catalogue(FOLDER)
IMAGES = tuple(CATALOGUE.images)
SERVING = tuple(dict.fromkeys(service.image for service in CATALOGUE.services.values()))

_KEYS = "temporal|caches|gateway|alerting|slackToken|pagerdutyKey"
_NOT_THERE = re.compile(rf"^  slipway:(?:{_KEYS}):.*\n(?:    .*\n)*", re.MULTILINE)
_STAGING = "  slipway:collapse:\n    api: [api, proxy]\n    read: [read, write]\n"
_SECRETS = re.compile(r"^    (?:svix|temporal|outpost):\n      secure: .*\n", re.MULTILINE)
_SIZES = re.compile(r"^    (?:write|proxy): \{replicas.*\n", re.MULTILINE)


def shrink(config: Path) -> None:
    """Take out of the files of a config folder whatever the small catalogue has not."""
    (config / "services.yaml").write_text((FOLDER / "services.yaml").read_text())
    for path in config.glob("Pulumi.*.yaml"):
        text = path.read_text()
        text = text.replace("[api, read, write, proxy]", "[api, read]").replace(_STAGING, "")
        for pattern in (_NOT_THERE, _SECRETS, _SIZES):
            text = pattern.sub("", text)
        if "slipway:sizes:" in text and path.name != "Pulumi.pr.yaml":
            text = text.replace("  slipway:images: {}\n", "  slipway:alerting: {mode: none}\n  slipway:images: {}\n")
        path.write_text(text)
