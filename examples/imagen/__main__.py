"""Imagen: a push to develop deploys dev, one to main prod; a pull request is checked only.

    dev, prod     api on Cloud Run, 0 to 10 instances -> topics -> workers with T4s in the cluster, as many as their queues
                  are long, each with a disk for its models
    shared        the repositories of both, the triggers `develop`, `main` and `pull-request`

The program is Slipway's own.
"""

import runpy
from pathlib import Path

import components

runpy.run_path(str(Path(components.__file__).resolve().parents[1]), run_name="__main__")
