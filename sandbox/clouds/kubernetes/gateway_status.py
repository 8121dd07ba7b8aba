"""What the controllers of gateways say in status: Google's, which runs beside the cluster, and Kong's, once its pods run.

Status is worked out when an object is read. The words are those of Gateway API's conditions
(https://gateway-api.sigs.k8s.io/reference/spec/); a Gateway that nobody reconciles keeps the status of its CRD, and a
route to it has no parents in its status. Not emulated: the load balancer itself, which would keep its address,
certificate map and security policy from being deleted before the Gateway is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import kinds, objects, pod_specs, replica_sets, validation
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.known import mapping, sequence
from sandbox.clouds.kubernetes.placed_pods import states
from sandbox.clouds.world import Entity, Snapshot, Transaction

GOOGLE = "networking.gke.io/gateway"
GOOGLE_CLASSES = ("gke-l7-global-external-managed", "gke-l7-regional-external-managed", "gke-l7-rilb", "gke-l7-gxlb")
"""The classes that a cluster with Gateway API has: https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api"""

KONG = "konghq.com/kic-gateway-controller"
UNMANAGED = "konghq.com/gatewayclass-unmanaged"
CERTIFICATE_MAP = "networking.gke.io/certmap"
_RECONCILED, _PUBLISHED = "CONTROLLER_GATEWAY_TO_RECONCILE", "CONTROLLER_PUBLISH_SERVICE"
REPORTED = (
    kinds.GATEWAY_CLASS,
    kinds.GATEWAY,
    kinds.HTTP_ROUTE,
    kinds.GCP_BACKEND_POLICY,
    kinds.GCP_GATEWAY_POLICY,
    kinds.HEALTH_CHECK_POLICY,
)


def observed(tx: Transaction, cluster: Cluster, kind: Kind, entity: Entity) -> Entity:
    """The object with what its controller says of it by now."""
    live = objects.live(entity)
    status = _status(tx, cluster, kind, live)
    if status is None or _timeless(status) == _timeless(mapping(live.get("status"))):
        return entity
    return objects.save(tx, kind, entity, {**live, "status": status})


def _status(tx: Snapshot, cluster: Cluster, kind: Kind, live: Mapping[str, Any]) -> dict[str, Any] | None:
    spec, namespace = mapping(live.get("spec")), live["metadata"].get("namespace", "")
    match kind:
        case kinds.GATEWAY_CLASS if spec["controllerName"] == KONG:
            # Kong's controller says so at its start; that it runs shows in the Gateways.
            return {"conditions": [_condition(tx, "Accepted", "Accepted")]}
        case kinds.GATEWAY:
            return _gateway(tx, cluster, live)
        case kinds.HTTP_ROUTE:
            return {"parents": list(_parents(tx, cluster, live))}
        case kinds.GCP_BACKEND_POLICY | kinds.GCP_GATEWAY_POLICY | kinds.HEALTH_CHECK_POLICY:
            problem = _policy_problem(tx, cluster, spec, namespace)
            return {"conditions": [_condition(tx, "Attached", "Invalid" if problem else "Attached", problem)]}
    return None


def _gateway(tx: Snapshot, cluster: Cluster, live: Mapping[str, Any]) -> dict[str, Any] | None:
    class_, metadata = live["spec"]["gatewayClassName"], live["metadata"]
    if class_ in GOOGLE_CLASSES:
        problem = _load_balancer_problem(tx, cluster, live)
        address = _named_address(tx, cluster, live)
        found = [{"type": "IPAddress", "value": address}] if address else []
    elif class_controller(tx, cluster, class_) == KONG:
        service = _published(tx, cluster, metadata["namespace"], metadata["name"])
        if service is None:
            return None
        problem, found = "", [{"type": "IPAddress", "value": objects.live(service)["spec"]["clusterIP"]}]
    else:
        return None
    conditions = [
        _condition(tx, "Accepted", "Accepted"),
        _condition(tx, "Programmed", "AddressNotUsable" if problem else "Programmed", problem),
    ]
    return {"conditions": conditions, "addresses": [] if problem else found}


def class_controller(tx: Snapshot, cluster: Cluster, class_: str) -> str:
    """The controller of a GatewayClass; empty where there is no such class."""
    if class_ in GOOGLE_CLASSES:
        return GOOGLE
    found = objects.get(tx, cluster, kinds.GATEWAY_CLASS, "", class_)
    return str(objects.live(found)["spec"]["controllerName"]) if found else ""


def _published(tx: Snapshot, cluster: Cluster, namespace: str, name: str) -> Entity | None:
    """The Service of the Kong that reconciles a Gateway; None while no pod of one is ready."""
    for deployment in objects.listed(tx, cluster, kinds.DEPLOYMENT, namespace):
        for rs in replica_sets.of(tx, deployment):
            variables = {
                variable.get("name"): variable.get("value")
                for container in pod_specs.containers(replica_sets.template(rs))
                for variable in sequence(container.get("env"))
            }
            if variables.get(_RECONCILED) == f"{namespace}/{name}" and any(pod.ready for pod in states(rs)):
                place, _, service = str(variables.get(_PUBLISHED, "")).partition("/")
                return objects.get(tx, cluster, kinds.SERVICE, place, service)
    return None


def _load_balancer_problem(tx: Snapshot, cluster: Cluster, live: Mapping[str, Any]) -> str:
    project = cluster.entity.id.split("/")[1]
    for address in sequence(live["spec"].get("addresses")):
        if address.get("type") == "NamedAddress" and not _named_address(tx, cluster, live):
            return f"the address '{address.get('value')}' was not found in project {project}"
    map_ = (live["metadata"].get("annotations") or {}).get(CERTIFICATE_MAP)
    full = f"projects/{project}/locations/global/certificateMaps/{map_}"
    if map_ and not tx.get("gcp", "gcp:certificatemanager/certificateMap:CertificateMap", full):
        return f"the certificate map '{full}' was not found"
    if not map_ and any(each["protocol"] == "HTTPS" and "tls" not in each for each in live["spec"]["listeners"]):
        return f"a listener for HTTPS needs tls, or the Gateway the annotation {CERTIFICATE_MAP}"
    return ""


def _named_address(tx: Snapshot, cluster: Cluster, live: Mapping[str, Any]) -> str:
    """The address that the Gateway names, as Google's load balancers take one; empty where there is none."""
    project = cluster.entity.id.split("/")[1]
    for address in sequence(live["spec"].get("addresses")):
        full = f"projects/{project}/global/addresses/{address.get('value')}"
        found = tx.get("gcp", "gcp:compute/globalAddress:GlobalAddress", full)
        if found and address.get("type") == "NamedAddress":
            return str(found.outputs["address"])
    return ""


def _parents(tx: Snapshot, cluster: Cluster, live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    namespace, spec = live["metadata"]["namespace"], live["spec"]
    for parent in sequence(spec.get("parentRefs")):
        place = parent.get("namespace", namespace)
        gateway = objects.get(tx, cluster, kinds.GATEWAY, place, parent["name"])
        if gateway is None or _gateway(tx, cluster, objects.live(gateway)) is None:
            continue
        reason = _refusal(tx, cluster, objects.live(gateway)["spec"]["listeners"], parent, live)
        missing = _missing_backend(tx, cluster, spec, namespace)
        yield {
            "parentRef": parent,
            "controllerName": class_controller(tx, cluster, objects.live(gateway)["spec"]["gatewayClassName"]),
            "conditions": [
                _condition(tx, "Accepted", reason or "Accepted", reason),
                _condition(
                    tx, "ResolvedRefs", missing[0] if missing else "ResolvedRefs", missing[1] if missing else ""
                ),
            ],
        }


def _refusal(
    tx: Snapshot, cluster: Cluster, listeners: list[dict[str, Any]], parent: Mapping[str, Any], live: Mapping[str, Any]
) -> str:
    """Why no listener of the Gateway takes the route; empty where one does."""
    asked = [
        each
        for each in listeners
        if parent.get("sectionName") in (None, each["name"]) and parent.get("port") in (None, each["port"])
    ]
    if not asked:
        return "NoMatchingParent"
    here = live["metadata"]["namespace"]
    open_ = [each for each in asked if _allowed(tx, cluster, each, parent.get("namespace", here), here)]
    if not open_:
        return "NotAllowedByListeners"
    hosts = sequence(live["spec"].get("hostnames"))
    if hosts and not any(_matches(each.get("hostname", ""), host) for each in open_ for host in hosts):
        return "NoMatchingListenerHostname"
    return ""


def _allowed(tx: Snapshot, cluster: Cluster, listener: Mapping[str, Any], gateway: str, route: str) -> bool:
    namespaces = listener["allowedRoutes"]["namespaces"]
    if namespaces["from"] == "Same":
        return gateway == route
    if namespaces["from"] == "All":
        return True
    found = objects.get(tx, cluster, kinds.NAMESPACE, "", route)
    labels = objects.live(found)["metadata"].get("labels") or {} if found else {}
    return validation.selects(mapping(namespaces.get("selector")), labels)


def _matches(listener: str, host: str) -> bool:
    """Whether a listener's hostname, which may be a wildcard or missing, covers a route's."""
    if not listener or listener == host:
        return True
    return listener.startswith("*.") and host.endswith(listener[1:])


def _missing_backend(tx: Snapshot, cluster: Cluster, spec: Mapping[str, Any], namespace: str) -> tuple[str, str] | None:
    for rule in sequence(spec.get("rules")):
        for ref in sequence(rule.get("backendRefs")):
            place = ref.get("namespace", namespace)
            if place != namespace:
                return "RefNotPermitted", f"no ReferenceGrant in {place} allows it"
            service = objects.get(tx, cluster, kinds.SERVICE, place, ref["name"])
            if service is None:
                return "BackendNotFound", f"service {place}/{ref['name']} not found"
            if ref["port"] not in [port["port"] for port in objects.live(service)["spec"]["ports"]]:
                return "BackendNotFound", f"service {place}/{ref['name']} has no port {ref['port']}"
    return None


_POLICIES = {
    "securityPolicy": ("security policy", "gcp:compute/securityPolicy:SecurityPolicy", "securityPolicies"),
    "sslPolicy": ("SSL policy", "gcp:compute/sSLPolicy:SSLPolicy", "sslPolicies"),
}
"""What a policy's field names: in words, its type, and the part of its full name."""


def _policy_problem(tx: Snapshot, cluster: Cluster, spec: Mapping[str, Any], namespace: str) -> str:
    target, default = spec["targetRef"], mapping(spec.get("default"))
    kind = {"Service": kinds.SERVICE, "Gateway": kinds.GATEWAY}.get(target["kind"])
    if kind and not objects.get(tx, cluster, kind, namespace, target["name"]):
        return f"the {kind.kind} '{namespace}/{target['name']}' was not found"
    for field, (words, type_, part) in _POLICIES.items():
        full = f"projects/{cluster.entity.id.split('/')[1]}/global/{part}/{default.get(field)}"
        if default.get(field) and not tx.get("gcp", type_, full):
            return f"the {words} '{full}' was not found"
    return ""


def _condition(tx: Snapshot, type_: str, reason: str, message: str = "") -> dict[str, Any]:
    """A condition that is true where its reason is its own name."""
    return {
        "type": type_,
        "status": "True" if reason == type_ else "False",
        "reason": reason,
        "message": message,
        "lastTransitionTime": objects.timestamp(tx.now()),
    }


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key != "lastTransitionTime"}
    return [_timeless(item) for item in value] if isinstance(value, list) else value
