"""Rules of Cloud Run."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table, under

_PROBE = {
    "grpc.port": Rule(kept=True),
    "httpGet.httpHeaders.value": Rule(default=""),
    "httpGet.path": Rule(default="/"),
    "httpGet.port": Rule(kept=True),
    "initialDelaySeconds": Rule(default=0, low=0, high=240),
    "periodSeconds": Rule(default=10, low=1),
    "timeoutSeconds": Rule(default=1, low=1),
}

SERVICE = Table(
    source="cloudrunv2/resource_cloud_run_v2_service.go",
    properties={
        "buildConfig.name": Rule(kept=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "deletionProtection": Rule(default=True),
        "ingress": Rule(
            kept=True,
            values=("INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
        ),
        "launchStage": Rule(
            kept=True,
            values=("UNIMPLEMENTED", "PRELAUNCH", "EARLY_ACCESS", "ALPHA", "BETA", "GA", "DEPRECATED"),
        ),
        "location": Rule(replace=True),
        # https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create: fewer than 50.
        "name": Rule(replace=True, link=True, pattern="[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?"),
        "project": Rule(replace=True, kept=True),
        "scaling": Rule(kept=True),
        "scaling.manualInstanceCount": Rule(kept=True, low=0),
        "scaling.maxInstanceCount": Rule(kept=True, low=1),
        "scaling.minInstanceCount": Rule(kept=True, low=0),
        "scaling.scalingMode": Rule(values=("AUTOMATIC", "MANUAL")),
        "tags": Rule(replace=True),
        "template.containers.envs": Rule(unordered=True),
        "template.containers.envs.value": Rule(default=""),
        "template.containers.ports": Rule(kept=True),
        "template.containers.ports.containerPort": Rule(low=1, high=65535),
        "template.containers.ports.name": Rule(kept=True),
        "template.containers.readinessProbe.failureThreshold": Rule(kept=True),
        "template.containers.resources": Rule(kept=True),
        "template.containers.resources.limits": Rule(kept=True),
        "template.containers.startupProbe": Rule(kept=True),
        **under("template.containers.livenessProbe", {**_PROBE, "failureThreshold": Rule(default=3, low=1)}),
        **under("template.containers.startupProbe", {**_PROBE, "failureThreshold": Rule(default=3, low=1)}),
        "template.executionEnvironment": Rule(values=("EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2")),
        # https://cloud.google.com/run/docs/about-concurrency#maximum_concurrent_requests_per_instance
        "template.maxInstanceRequestConcurrency": Rule(kept=True, low=0, high=1000),
        "template.scaling": Rule(kept=True),
        "template.scaling.maxInstanceCount": Rule(kept=True, low=1),
        "template.scaling.minInstanceCount": Rule(low=0),
        "template.serviceAccount": Rule(kept=True),
        "template.timeout": Rule(kept=True, pattern=r"[0-9]+(?:\.[0-9]{1,9})?s"),
        "template.volumes.cloudSqlInstance.instances": Rule(unordered=True),
        "template.volumes.emptyDir.medium": Rule(default="MEMORY", values=("MEMORY", "DISK")),
        "template.vpcAccess.egress": Rule(kept=True, values=("ALL_TRAFFIC", "PRIVATE_RANGES_ONLY")),
        "template.vpcAccess.networkInterfaces.network": Rule(kept=True, link=True),
        "template.vpcAccess.networkInterfaces.subnetwork": Rule(kept=True, link=True),
        "traffics": Rule(kept=True),
        "traffics.percent": Rule(kept=True, low=0, high=100),
        "traffics.type": Rule(
            values=("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION")
        ),
    },
    conflicts=(("template.vpcAccess.connector", "template.vpcAccess.networkInterfaces"),),
)
