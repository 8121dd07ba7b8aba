"""A real control plane on loopback: etcd, kube-apiserver, controller-manager and scheduler; kwok plays the kubelets.

https://kwok.sigs.k8s.io/docs/user/kwok-in-cluster/: nodes and pods go through their stages, no container runs.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.cluster.api import Api

ROOT = Path(__file__).parents[2]
BINARIES = ROOT / ".cluster" / "bin"
STAGES = ROOT / ".cluster" / "stages.yaml"
CRDS = ROOT / ".cluster" / "crds"
PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
READY_SECONDS = 60
"""How long the API server may take to answer; it takes 3 to 4 on two quiet cores."""

_TOKEN = "slipway"


def built() -> bool:
    """Whether `make test-cluster` has built all parts here."""
    return all(path.exists() for path in (*(BINARIES / part for part in PARTS), STAGES, CRDS))


@contextmanager
def control_plane(folder: Path, services_range: str = "10.96.0.0/16") -> Iterator[Api]:
    """An empty cluster whose state is in `folder`, gone when the block ends."""
    folder.mkdir(parents=True)
    processes: list[subprocess.Popen[bytes]] = []
    logs: list[IO[bytes]] = []

    def start(part: str, *arguments: str) -> None:
        log = (folder / f"{part}.log").open("wb")
        logs.append(log)
        processes.append(
            subprocess.Popen(
                [BINARIES / part, *arguments], cwd=folder, stdout=log, stderr=log, env={"HOME": str(folder)}
            )
        )

    try:
        etcd, peers, server = _free_ports(3)
        _service_account_keys(folder)
        (folder / "tokens.csv").write_text(f"{_TOKEN},administrator,administrator,system:masters\n")
        start(
            "etcd",
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls=http://127.0.0.1:{etcd}",
            f"--advertise-client-urls=http://127.0.0.1:{etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peers}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}",
            f"--initial-cluster=default=http://127.0.0.1:{peers}",
            # Nothing here outlives the machine.
            "--unsafe-no-fsync",
            "--log-level=error",
        )
        start(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={server}",
            f"--cert-dir={folder / 'certificates'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={folder / 'accounts.pub'}",
            f"--service-account-signing-key-file={folder / 'accounts.key'}",
            f"--token-auth-file={folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            f"--service-cluster-ip-range={services_range}",
        )
        api = _ready(f"https://127.0.0.1:{server}", folder, processes[-1])
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(_kubeconfig(server, folder / "certificates" / "apiserver.crt")))
        start(
            "kube-controller-manager",
            f"--kubeconfig={kubeconfig}",
            f"--service-account-private-key-file={folder / 'accounts.key'}",
            f"--root-ca-file={folder / 'certificates' / 'apiserver.crt'}",
            "--leader-elect=false",
            "--secure-port=0",
            # Only the waiting is shorter than the default of 15 s.
            "--horizontal-pod-autoscaler-sync-period=1s",
        )
        start("kube-scheduler", f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0")
        start(
            "kwok",
            f"--kubeconfig={kubeconfig}",
            "--manage-all-nodes=true",
            f"--config={STAGES}",
            "--node-lease-duration-seconds=40",
        )
        yield api
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
        for log in logs:
            log.close()
        shutil.rmtree(folder / "etcd", ignore_errors=True)


def _ready(server: str, folder: Path, process: subprocess.Popen[bytes]) -> Api:
    """The API once it answers. Raises RuntimeError with the end of the server's log where it does not."""
    certificate = folder / "certificates" / "apiserver.crt"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if certificate.exists():
            api = Api(server, _TOKEN, certificate)
            if api.ready():
                return api
        time.sleep(0.1)
    raise RuntimeError("\n".join((folder / "kube-apiserver.log").read_text().splitlines()[-20:]))


def _kubeconfig(port: int, certificate: Path) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "local",
        "clusters": [
            {
                "name": "local",
                "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(certificate)},
            }
        ],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "administrator"}}],
        "users": [{"name": "administrator", "user": {"token": _TOKEN}}],
    }


def _service_account_keys(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("accounts.key", private), ("accounts.pub", public)):
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(content)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; all are held until each is known, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
