"""The policy pack: `pulumi preview --policy-pack policies`.

It goes by the files of the config folder: SLIPWAY_CONFIG_DIR, else the one that this package is in. Pulumi says which stack it is.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Pulumi starts this folder as a program, which puts it where modules are looked for, and not what it is in.
sys.path[0:1] = [str(HERE.parent)]

import pulumi_policy as crossguard

from model.policies import load_exceptions
from policies import pack, settings
from policies.judging import Judge
from policies.rules import RULES


def main() -> None:
    """Serve until Pulumi ends it. Raises ConfigError where a file is not good."""
    config_dir = Path(os.environ.get("SLIPWAY_CONFIG_DIR") or HERE.parent)
    exceptions = load_exceptions(config_dir, [rule.id for rule in RULES])
    judge = Judge(settings.load(os.environ["PULUMI_STACK"], config_dir), exceptions, datetime.now(UTC).date())
    crossguard.PolicyPack("slipway", pack.policies(judge), enforcement_level=crossguard.EnforcementLevel.MANDATORY)


if __name__ == "__main__":
    main()
