"""The way of a request through the emulated clouds, link by link, as a packet would find it or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.clouds.kubernetes import api_server, kinds, objects, replica_sets
from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE, Cluster
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.world import Transaction

LOAD_BALANCER = "gke-l7-global-external-managed"


class Lost(Exception):
    """Where the way ends that should go on."""


class Walk:
    """One environment's clouds, by its project."""

    def __init__(self, tx: Transaction, project: str) -> None:
        self.tx, self.project = tx, project
        [entity] = [it for it in tx.list("gcp", CLUSTER_TYPE) if f"projects/{project}/" in it.id]
        self.cluster = Cluster(str(entity.outputs["_uid"]), entity)

    def https(self, host: str, path: str) -> str:
        """`namespace/service` that answers for a URL on the internet."""
        address = self._resolved(host, "public")
        self._certified(host)
        [front] = [it for it in self._all(kinds.GATEWAY) if it["spec"]["gatewayClassName"] == LOAD_BALANCER]
        if address not in self._addresses(front):
            raise Lost(f"{host} is {address}, where nothing listens")
        behind = self._routed(front, "https", host, path)
        [kong] = [it for it in self._kongs() if it["metadata"]["name"] == behind.partition("/")[2]]
        return self._answered(kong, host, path)

    def http_inside(self, host: str, path: str) -> str:
        """`namespace/service` that answers for a URL within the network."""
        address = self._resolved(host, "private")
        for kong in self._kongs():
            service = self._get(kinds.SERVICE, kong["metadata"]["namespace"], kong["metadata"]["name"])
            if address in [it["ip"] for it in service["status"]["loadBalancer"].get("ingress", [])]:
                return self._answered(kong, host, path)
        raise Lost(f"{host} is {address}, where nothing listens")

    def redirected(self, host: str) -> str:
        """The scheme that plain HTTP is sent to."""
        [front] = [it for it in self._all(kinds.GATEWAY) if it["spec"]["gatewayClassName"] == LOAD_BALANCER]
        [rule] = [rule for route in self._attached(front, "http") for rule in route["spec"]["rules"]]
        return str(rule["filters"][0]["requestRedirect"]["scheme"])

    def _answered(self, kong: dict[str, Any], host: str, path: str) -> str:
        """From a Kong to a Service with pods that are ready, and whose policies let Kong in."""
        namespace, name = kong["metadata"]["namespace"], kong["metadata"]["name"]
        self._ready(namespace, name)
        found = self._routed(kong, "http", host, path)
        place, _, service = found.partition("/")
        self._ready(place, service)
        if not self._let_in(namespace, place, service):
            raise Lost(f"no policy lets {namespace} reach {found}")
        return found

    def _resolved(self, host: str, visibility: str) -> str:
        """As DNS answers: the name itself, else the closest wildcard above it, at whatever depth."""
        labels = host.split(".")
        above = [f"*.{'.'.join(labels[depth:])}." for depth in range(1, len(labels))]
        found: dict[str, str] = {}
        for record in self.tx.list("gcp", "gcp:dns/recordSet:RecordSet"):
            zone = self.tx.get("gcp", "gcp:dns/managedZone:ManagedZone", record.id.split("/rrsets/")[0])
            here = zone and zone.outputs["visibility"] == visibility and f"projects/{self.project}/" in record.id
            if here and record.outputs["type"] == "A":
                found[str(record.outputs["name"])] = str(record.outputs["rrdatas"][0])
        for name in (f"{host}.", *above):
            if name in found:
                return found[name]
        raise Lost(f"{host} has no address")

    def _certified(self, host: str) -> None:
        names = {host, f"*.{host.partition('.')[2]}"}
        for entry in self.tx.list("gcp", "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry"):
            if entry.outputs["hostname"] not in names or f"projects/{self.project}/" not in entry.id:
                continue
            [certificate] = entry.outputs["certificates"]
            found = self.tx.get("gcp", "gcp:certificatemanager/certificate:Certificate", certificate)
            if found and found.outputs["managed"]["state"] == "ACTIVE" and names & set(found.outputs["sanDnsnames"]):
                return
        raise Lost(f"{host} has no certificate")

    def _routed(self, gateway: dict[str, Any], listener: str, host: str, path: str) -> str:
        """The Service of the longest path that matches, as Gateway API has it."""
        found: dict[str, str] = {}
        for route in self._attached(gateway, listener):
            hosts = route["spec"].get("hostnames", [host])
            for rule in route["spec"]["rules"]:
                for match in rule["matches"]:
                    prefix = match["path"]["value"]
                    if host in hosts and f"{path}/".startswith(prefix.rstrip("/") + "/"):
                        [backend] = rule["backendRefs"]
                        found[prefix] = f"{route['metadata']['namespace']}/{backend['name']}"
        if not found:
            raise Lost(f"{gateway['metadata']['name']} has no route for {host}{path}")
        return found[max(found, key=len)]

    def _attached(self, gateway: dict[str, Any], listener: str) -> Iterator[dict[str, Any]]:
        """The routes that a Gateway has accepted on a listener, with their Services there."""
        for route in self._all(kinds.HTTP_ROUTE):
            for parent in route["status"]["parents"]:
                ref = parent["parentRef"]
                place = (ref.get("namespace", route["metadata"]["namespace"]), ref["name"])
                good = all(it["status"] == "True" for it in parent["conditions"])
                asked = ref.get("sectionName", listener) == listener
                if asked and good and place == (gateway["metadata"]["namespace"], gateway["metadata"]["name"]):
                    yield route

    def _kongs(self) -> list[dict[str, Any]]:
        return [it for it in self._all(kinds.GATEWAY) if it["spec"]["gatewayClassName"] != LOAD_BALANCER]

    def _addresses(self, gateway: dict[str, Any]) -> list[str]:
        programmed = any(
            it["type"] == "Programmed" and it["status"] == "True" for it in gateway["status"]["conditions"]
        )
        return [it["value"] for it in gateway["status"].get("addresses", [])] if programmed else []

    def _ready(self, namespace: str, service: str) -> None:
        selector = self._get(kinds.SERVICE, namespace, service)["spec"]["selector"]
        for deployment in objects.listed(self.tx, self.cluster, kinds.DEPLOYMENT, namespace):
            for rs in replica_sets.of(self.tx, deployment):
                labels = replica_sets.template(rs)["metadata"]["labels"]
                if selector.items() <= labels.items() and any(pod.ready for pod in states(rs)):
                    return
        raise Lost(f"no pod of {namespace}/{service} is ready")

    def _let_in(self, source: str, namespace: str, service: str) -> bool:
        """Whether a policy of the namespace opens the Service's pods to another namespace, on the port that it uses."""
        spec = self._get(kinds.SERVICE, namespace, service)["spec"]
        for policy in self._all(kinds.NETWORK_POLICY, namespace):
            chosen = policy["spec"]["podSelector"].get("matchLabels", {})
            if chosen and chosen.items() <= spec["selector"].items():
                for rule in policy["spec"].get("ingress", []):
                    peers = [it.get("namespaceSelector", {}).get("matchLabels", {}) for it in rule["from"]]
                    ports = [it["port"] for it in rule["ports"]]
                    if {"kubernetes.io/metadata.name": source} in peers and spec["ports"][0]["targetPort"] in ports:
                        return True
        return False

    def _all(self, kind: kinds.Kind, namespace: str | None = None) -> list[dict[str, Any]]:
        found = objects.listed(self.tx, self.cluster, kind, namespace)
        return [objects.live(api_server.observed(self.tx, self.cluster, kind, it)) for it in found]

    def _get(self, kind: kinds.Kind, namespace: str, name: str) -> dict[str, Any]:
        found = objects.get(self.tx, self.cluster, kind, namespace, name)
        if found is None:
            raise Lost(f"there is no {kind.kind} {namespace}/{name}")
        return objects.live(found)
