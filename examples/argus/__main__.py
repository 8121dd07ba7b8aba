"""Argus: what is merged into develop runs in dev, what is merged into main in staging, and prod when people agree.

    dev               of develop
    staging -> prod   of main; the api, its database, migrations before or after it
    shared            the repositories of all, the triggers `develop`, `main`, `pull-request` and `deep-scan`, the moves

The program is Slipway's own.
"""

import runpy
from pathlib import Path

import components

runpy.run_path(str(Path(components.__file__).resolve().parents[1]), run_name="__main__")
