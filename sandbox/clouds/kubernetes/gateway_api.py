"""Gateway API and what hangs on it: the CRDs' defaults, and the rules that they state in CEL.

Sources are the CRDs that `custom/` names. Not emulated: rules for what the schemas there leave out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.kubernetes.known import entries, mapping, sequence
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns

GROUP = "gateway.networking.k8s.io"
_FORBIDDEN_IN_PATHS = ("//", "/./", "/../", "%2f", "%2F", "#")
_FILTERS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
}
_EVERYTHING = {"path": {"type": "PathPrefix", "value": "/"}}


def waiting(*types: str) -> dict[str, Any]:
    """The status that the CRD itself gives before any controller has looked."""
    return {
        "conditions": [
            {
                "type": type_,
                "status": "Unknown",
                "reason": "Pending",
                "message": "Waiting for controller",
                "lastTransitionTime": "1970-01-01T00:00:00Z",
            }
            for type_ in types
        ]
    }


def filled(kind: Kind, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the manifest with the CRD's defaults in it."""
    spec = mapping(manifest.get("spec"))
    match kind:
        case kinds.GATEWAY_CLASS:
            return {"status": waiting("Accepted"), **manifest}
        case kinds.GATEWAY:
            listeners = [_listener(listener) for listener in spec["listeners"]]
            status = waiting("Accepted", "Programmed")
            return {"status": status, **manifest, "spec": {**spec, "listeners": listeners}}
        case kinds.HTTP_ROUTE:
            parents = [{"group": GROUP, "kind": "Gateway", **parent} for parent in sequence(spec.get("parentRefs"))]
            rules = [_rule(rule) for rule in sequence(spec.get("rules")) or [{}]]
            return {**manifest, "spec": {**spec, **({"parentRefs": parents} if parents else {}), "rules": rules}}
    return dict(manifest)


def _listener(listener: Mapping[str, Any]) -> dict[str, Any]:
    allowed = mapping(listener.get("allowedRoutes"))
    namespaces = {"from": "Same", **mapping(allowed.get("namespaces"))}
    full: dict[str, Any] = {**listener, "allowedRoutes": {**allowed, "namespaces": namespaces}}
    if "tls" in listener:
        full["tls"] = {"mode": "Terminate", **listener["tls"]}
    return full


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {**rule, "matches": [_match(match) for match in rule.get("matches") or [_EVERYTHING]]}
    if "backendRefs" in rule:
        full["backendRefs"] = [{"group": "", "kind": "Service", "weight": 1, **ref} for ref in rule["backendRefs"]]
    if "filters" in rule:
        full["filters"] = [_filter(filter_) for filter_ in rule["filters"]]
    return full


def _match(match: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {**match, "path": {**_EVERYTHING["path"], **mapping(match.get("path"))}}
    for key in ("headers", "queryParams"):
        if key in match:
            full[key] = [{"type": "Exact", **entry} for entry in match[key]]
    return full


def _filter(filter_: Mapping[str, Any]) -> dict[str, Any]:
    if "requestRedirect" not in filter_:
        return dict(filter_)
    return {**filter_, "requestRedirect": {"statusCode": 302, **filter_["requestRedirect"]}}


def gateway(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """names of listeners differ, and so do port, protocol and hostname together; no `tls` with HTTP, TCP and UDP; `tls`
    that terminates has certificateRefs or options; no `hostname` with TCP and UDP"""
    if has_unknowns(spec.get("listeners")):
        return
    listeners = sequence(spec.get("listeners"))
    if _repeated(listener["name"] for listener in listeners):
        yield CheckFailure("spec.listeners", "Invalid value: Listener name must be unique within the Gateway")
    if _repeated((listener["port"], listener["protocol"], listener.get("hostname")) for listener in listeners):
        yield CheckFailure(
            "spec.listeners",
            "Invalid value: Combination of port, protocol and hostname must be unique for each listener",
        )
    for index, listener in entries(listeners):
        protocol, tls, at = listener["protocol"], listener.get("tls"), f"spec.listeners[{index}]"
        if tls is not None and protocol in ("HTTP", "TCP", "UDP"):
            yield CheckFailure(at, "Invalid value: tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']")
        elif tls is not None and tls.get("mode", "Terminate") == "Terminate":
            if protocol == "HTTPS" and not tls.get("certificateRefs") and not tls.get("options"):
                yield CheckFailure(
                    f"{at}.tls",
                    "Invalid value: certificateRefs or options must be specified when mode is Terminate",
                )
        elif tls is not None and protocol == "HTTPS":
            yield CheckFailure(at, "Invalid value: tls mode must be Terminate for protocol HTTPS")
        if listener.get("hostname") and protocol in ("TCP", "UDP"):
            yield CheckFailure(at, "Invalid value: hostname must not be specified for protocols ['TCP', 'UDP']")


def http_route(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """no parent twice; a path begins with `/` and has no `//`, `/./`, `/../`, `%2f`, `#`; a filter has the field of its type and no
    other; no RequestRedirect together with backendRefs; a Service in backendRefs has a port"""
    parents = [
        tuple(parent.get(key) for key in ("group", "kind", "namespace", "name", "sectionName", "port"))
        for _, parent in entries(spec.get("parentRefs"))
    ]
    if _repeated(parent for parent in parents if not has_unknowns(list(parent))):
        problem = "sectionName or port must be unique when parentRefs includes 2 or more references to the same parent"
        yield CheckFailure("spec.parentRefs", f"Invalid value: {problem}")
    for index, rule in entries(spec.get("rules")):
        at = f"spec.rules[{index}]"
        for place, match in entries(rule.get("matches")):
            yield from _path_problems(mapping(match.get("path")), f"{at}.matches[{place}].path")
        redirects = False
        for place, filter_ in entries(rule.get("filters")):
            if has_unknowns(filter_):
                continue
            wanted = _FILTERS[filter_["type"]]
            redirects = redirects or wanted == "requestRedirect"
            for field in _FILTERS.values():
                if (field in filter_) is not (field == wanted):
                    word = "specified for" if field == wanted else "nil if the filter.type is not"
                    name = next(type_ for type_, its in _FILTERS.items() if its == field)
                    yield CheckFailure(
                        f"{at}.filters[{place}]", f"Invalid value: filter.{field} must be {word} {name} filter.type"
                    )
        if redirects and rule.get("backendRefs"):
            yield CheckFailure(at, "Invalid value: RequestRedirect filter must not be used together with backendRefs")
        for place, ref in entries(rule.get("backendRefs")):
            if ref.get("kind", "Service") == "Service" and not ref.get("group") and "port" not in ref:
                yield CheckFailure(f"{at}.backendRefs[{place}]", "Invalid value: Must have port for Service reference")


def _path_problems(path: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    value = path.get("value", "/")
    if has_unknowns(path) or path.get("type", "PathPrefix") == "RegularExpression":
        return
    if not value.startswith("/"):
        yield CheckFailure(at, "Invalid value: value must be an absolute path and start with '/'")
    for part in _FORBIDDEN_IN_PATHS:
        if part in value:
            yield CheckFailure(at, f"Invalid value: must not contain '{part}'")


def health_check_policy(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """`timeoutSec` is at most `checkIntervalSec`, 5 s each where not given; USE_FIXED_PORT has a port, USE_SERVING_PORT
    has none; the check has the type that `type` says"""
    default = mapping(spec.get("default"))
    if has_unknowns(default):
        return
    if default.get("timeoutSec", 5) > default.get("checkIntervalSec", 5):
        yield CheckFailure("spec.default", "Invalid value: timeOutSec cannot exceed checkIntervalSec")
    check = mapping(mapping(default.get("config")).get("httpHealthCheck"))
    chosen, port = check.get("portSpecification"), "port" in check
    if (chosen == "USE_FIXED_PORT" and not port) or (chosen == "USE_SERVING_PORT" and port):
        word = "set" if chosen == "USE_FIXED_PORT" else "unset"
        yield CheckFailure(
            "spec.default.config.httpHealthCheck",
            f"Invalid value: for portSpecification being {chosen}, port must be {word}",
        )


def _repeated(values: Iterator[Any]) -> bool:
    return any(count > 1 for count in Counter(values).values())
