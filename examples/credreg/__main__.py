"""Credreg: one image, whose digest goes from TEST to SANDBOX to PROD, by hand from TEST on.

    TEST, SANDBOX, PROD     main-app and worker-app, both of one image, and their database
    pr-N                    the same for a feature branch, on what TEST lends
    shared                  the repositories of all, the triggers `master`, `pull-request` and `preview`, the moves

The program is Slipway's own.
"""

import runpy
from pathlib import Path

import components

runpy.run_path(str(Path(components.__file__).resolve().parents[1]), run_name="__main__")
