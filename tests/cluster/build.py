"""Builds the control plane's parts from their Go modules, and lays out what they read: `python -m tests.cluster.build`.

Needs Go and its module proxy; takes minutes once, and nothing when all is there already.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.control_plane import BINARIES, CRDS, STAGES

HERE = Path(__file__).parent
KUBERNETES = "v1.36.3"
"""The minor version that GKE's stable channel has; go.mod names it too."""

GATEWAY_API = "sigs.k8s.io/gateway-api@v1.3.0"
"""Its standard channel is what GKE serves: https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api"""

KWOK_STAGES = ("node/fast", "node/heartbeat-with-lease", "pod/fast")
"""A node is ready and a pod runs as soon as it is scheduled. Without stages kwok does nothing."""

_VERSION = "k8s.io/component-base/version"


def main() -> None:
    """Builds. Ends with exit code 2 where Go is missing."""
    if not shutil.which("go"):
        sys.exit("test-cluster needs Go 1.26 or newer on the PATH; without it the comparison is skipped.")
    BINARIES.mkdir(parents=True, exist_ok=True)
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    version = {"gitVersion": KUBERNETES, "gitMajor": major, "gitMinor": minor}
    flags = " ".join(["-s -w", *(f"-X {_VERSION}.{key}={value}" for key, value in version.items())])
    _go("build", "-ldflags", flags, "-o", f"{BINARIES}/", "tool")
    # etcd's command is the root of its module and is called after it.
    if (BINARIES / "server").exists():
        (BINARIES / "server").replace(BINARIES / "etcd")
    kwok = Path(_go("list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok").strip())
    stages = [path for stage in KWOK_STAGES for path in sorted((kwok / "kustomize/stage" / stage).glob("*.yaml"))]
    documents = [path.read_text() for path in stages if path.name != "kustomization.yaml"]
    STAGES.write_text("---\n".join(documents))
    gateway = Path(json.loads(_go("mod", "download", "-json", GATEWAY_API))["Dir"])
    CRDS.mkdir(exist_ok=True)
    for path in sorted((gateway / "config/crd/standard").glob("gateway.networking.k8s.io_*.yaml")):
        shutil.copyfile(path, CRDS / path.name)


def _go(*arguments: str) -> str:
    return subprocess.run(["go", *arguments], cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
