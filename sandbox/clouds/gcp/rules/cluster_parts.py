"""Rules of a GKE cluster's add-ons and of its node auto-provisioning. Read in container/resource_container_cluster.go."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Rules

ADDON_NAMES = (
    "agentSandboxConfig",
    "cloudrunConfig",
    "configConnectorConfig",
    "dnsCacheConfig",
    "gcePersistentDiskCsiDriverConfig",
    "gcpFilestoreCsiDriverConfig",
    "gcsFuseCsiDriverConfig",
    "gkeBackupAgentConfig",
    "highScaleCheckpointingConfig",
    "horizontalPodAutoscaling",
    "httpLoadBalancing",
    "istioConfig",
    "kalmConfig",
    "lustreCsiDriverConfig",
    "networkPolicyConfig",
    "nodeReadinessConfig",
    "parallelstoreCsiDriverConfig",
    "podSnapshotConfig",
    "rayOperatorConfigs",
    "sliceControllerConfig",
    "slurmOperatorConfig",
    "statefulHaConfig",
)
ADDONS: Rules = {
    "agentSandboxConfig": Rule(kept=True),
    "cloudrunConfig": Rule(kept=True),
    "cloudrunConfig.loadBalancerType": Rule(values=("LOAD_BALANCER_TYPE_INTERNAL",)),
    "configConnectorConfig": Rule(kept=True),
    "dnsCacheConfig": Rule(kept=True),
    "gcePersistentDiskCsiDriverConfig": Rule(kept=True),
    "gcpFilestoreCsiDriverConfig": Rule(kept=True),
    "gcsFuseCsiDriverConfig": Rule(kept=True),
    "gkeBackupAgentConfig": Rule(kept=True),
    "highScaleCheckpointingConfig": Rule(kept=True),
    "horizontalPodAutoscaling": Rule(kept=True),
    "httpLoadBalancing": Rule(kept=True),
    "istioConfig": Rule(kept=True),
    "istioConfig.auth": Rule(values=("AUTH_NONE", "AUTH_MUTUAL_TLS")),
    "kalmConfig": Rule(kept=True),
    "lustreCsiDriverConfig": Rule(kept=True),
    "networkPolicyConfig": Rule(kept=True),
    "nodeReadinessConfig": Rule(kept=True),
    "parallelstoreCsiDriverConfig": Rule(kept=True),
    "podSnapshotConfig": Rule(kept=True),
    "rayOperatorConfigs": Rule(kept=True, length=3),
    "rayOperatorConfigs.rayClusterLoggingConfig": Rule(kept=True),
    "rayOperatorConfigs.rayClusterMonitoringConfig": Rule(kept=True),
    "sliceControllerConfig": Rule(kept=True),
    "slurmOperatorConfig": Rule(kept=True),
    "statefulHaConfig": Rule(kept=True),
}
AUTOSCALING: Rules = {
    "autoProvisioningDefaults": Rule(kept=True),
    "autoProvisioningDefaults.bootDiskKmsKey": Rule(replace=True),
    "autoProvisioningDefaults.diskSize": Rule(default=100, low=10),
    "autoProvisioningDefaults.diskType": Rule(
        default="pd-standard", values=("pd-standard", "pd-ssd", "pd-balanced", "hyperdisk-balanced")
    ),
    "autoProvisioningDefaults.imageType": Rule(
        default="COS_CONTAINERD", values=("COS_CONTAINERD", "COS", "UBUNTU_CONTAINERD", "UBUNTU")
    ),
    "autoProvisioningDefaults.management": Rule(kept=True),
    "autoProvisioningDefaults.management.autoRepair": Rule(kept=True),
    "autoProvisioningDefaults.management.autoUpgrade": Rule(kept=True),
    "autoProvisioningDefaults.oauthScopes": Rule(kept=True),
    "autoProvisioningDefaults.serviceAccount": Rule(default="default"),
    "autoProvisioningDefaults.shieldedInstanceConfig.enableIntegrityMonitoring": Rule(default=True),
    "autoProvisioningDefaults.shieldedInstanceConfig.enableSecureBoot": Rule(default=False),
    "autoProvisioningLocations": Rule(kept=True),
    "autoscalingProfile": Rule(default="BALANCED", values=("BALANCED", "OPTIMIZE_UTILIZATION")),
    "enabled": Rule(kept=True),
    "resourceLimits": Rule(kept=True),
    "resourceLimits.maximum": Rule(low=1),
}
