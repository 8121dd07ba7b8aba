"""Rules of a GKE node's configuration, the same in a node pool and inside a cluster.

Read in services/container/node_config.go.
"""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Rules

NODE_CONFIG: Rules = {
    "advancedMachineFeatures": Rule(replace=True),
    "advancedMachineFeatures.enableNestedVirtualization": Rule(replace=True),
    "advancedMachineFeatures.performanceMonitoringUnit": Rule(values=("ARCHITECTURAL", "STANDARD", "ENHANCED")),
    "advancedMachineFeatures.threadsPerCore": Rule(replace=True),
    "bootDisk": Rule(kept=True),
    "bootDisk.diskType": Rule(kept=True),
    "bootDisk.provisionedIops": Rule(kept=True),
    "bootDisk.provisionedThroughput": Rule(kept=True),
    "bootDisk.sizeGb": Rule(kept=True, low=10),
    "bootDiskKmsKey": Rule(replace=True),
    "confidentialNodes": Rule(kept=True),
    "confidentialNodes.confidentialInstanceType": Rule(replace=True, values=("SEV", "SEV_SNP", "TDX")),
    "containerdConfig": Rule(kept=True),
    "diskSizeGb": Rule(kept=True, low=10),
    "diskType": Rule(kept=True),
    "enableConfidentialStorage": Rule(replace=True),
    "ephemeralStorageConfig": Rule(replace=True),
    "ephemeralStorageConfig.localSsdCount": Rule(replace=True, low=0),
    "ephemeralStorageLocalSsdConfig": Rule(replace=True),
    "ephemeralStorageLocalSsdConfig.dataCacheCount": Rule(replace=True, low=0),
    "ephemeralStorageLocalSsdConfig.localSsdCount": Rule(replace=True, low=0),
    "flexStart": Rule(replace=True),
    "gcfsConfig": Rule(kept=True),
    "gpudirectStrategy": Rule(kept=True, fold=True),
    "guestAccelerators": Rule(replace=True, kept=True),
    "guestAccelerators.count": Rule(replace=True),
    "guestAccelerators.gpuDriverInstallationConfig": Rule(replace=True, kept=True),
    "guestAccelerators.gpuDriverInstallationConfig.gpuDriverVersion": Rule(
        replace=True, values=("GPU_DRIVER_VERSION_UNSPECIFIED", "INSTALLATION_DISABLED", "DEFAULT", "LATEST")
    ),
    "guestAccelerators.gpuPartitionSize": Rule(replace=True),
    "guestAccelerators.gpuSharingConfig": Rule(replace=True),
    "guestAccelerators.gpuSharingConfig.gpuSharingStrategy": Rule(replace=True),
    "guestAccelerators.gpuSharingConfig.maxSharedClientsPerGpu": Rule(replace=True),
    "guestAccelerators.type": Rule(replace=True, link=True),
    "hostMaintenancePolicy": Rule(replace=True),
    "hostMaintenancePolicy.maintenanceInterval": Rule(
        replace=True, values=("MAINTENANCE_INTERVAL_UNSPECIFIED", "AS_NEEDED", "PERIODIC")
    ),
    "hostMaintenancePolicy.opportunisticMaintenanceStrategy": Rule(replace=True),
    "hostMaintenancePolicy.opportunisticMaintenanceStrategy.maintenanceAvailabilityWindow": Rule(replace=True),
    "hostMaintenancePolicy.opportunisticMaintenanceStrategy.minNodesPerPool": Rule(replace=True),
    "hostMaintenancePolicy.opportunisticMaintenanceStrategy.nodeIdleTimeWindow": Rule(replace=True),
    "imageType": Rule(kept=True, fold=True),
    "kubeletConfig": Rule(kept=True),
    "kubeletConfig.cpuCfsQuota": Rule(kept=True),
    "kubeletConfig.cpuManagerPolicy": Rule(values=("static", "none")),
    "kubeletConfig.insecureKubeletReadonlyPortEnabled": Rule(kept=True, values=("FALSE", "TRUE")),
    "kubeletConfig.maxParallelImagePulls": Rule(kept=True),
    "kubeletConfig.memoryManager.policy": Rule(kept=True, values=("None", "Static")),
    "kubeletConfig.shutdownGracePeriodCriticalPodsSeconds": Rule(kept=True),
    "kubeletConfig.shutdownGracePeriodSeconds": Rule(kept=True),
    "kubeletConfig.topologyManager.policy": Rule(
        kept=True, values=("none", "restricted", "single-numa-node", "best-effort")
    ),
    "kubeletConfig.topologyManager.scope": Rule(kept=True, values=("container", "pod")),
    "labels": Rule(kept=True),
    "linuxNodeConfig": Rule(kept=True),
    "linuxNodeConfig.cgroupMode": Rule(
        kept=True, values=("CGROUP_MODE_UNSPECIFIED", "CGROUP_MODE_V1", "CGROUP_MODE_V2")
    ),
    "linuxNodeConfig.customNodeInit.initScript.gcsGeneration": Rule(kept=True),
    "linuxNodeConfig.nodeKernelModuleLoading.policy": Rule(
        values=("POLICY_UNSPECIFIED", "ENFORCE_SIGNED_MODULES", "DO_NOT_ENFORCE_SIGNED_MODULES")
    ),
    "linuxNodeConfig.transparentHugepageDefrag": Rule(
        values=(
            "TRANSPARENT_HUGEPAGE_DEFRAG_ALWAYS",
            "TRANSPARENT_HUGEPAGE_DEFRAG_DEFER",
            "TRANSPARENT_HUGEPAGE_DEFRAG_DEFER_WITH_MADVISE",
            "TRANSPARENT_HUGEPAGE_DEFRAG_MADVISE",
            "TRANSPARENT_HUGEPAGE_DEFRAG_NEVER",
            "TRANSPARENT_HUGEPAGE_DEFRAG_UNSPECIFIED",
        )
    ),
    "linuxNodeConfig.transparentHugepageEnabled": Rule(
        kept=True,
        values=(
            "TRANSPARENT_HUGEPAGE_ENABLED_ALWAYS",
            "TRANSPARENT_HUGEPAGE_ENABLED_MADVISE",
            "TRANSPARENT_HUGEPAGE_ENABLED_NEVER",
            "TRANSPARENT_HUGEPAGE_ENABLED_UNSPECIFIED",
        ),
    ),
    "localNvmeSsdBlockConfig": Rule(replace=True),
    "localNvmeSsdBlockConfig.localSsdCount": Rule(replace=True, low=0),
    "localSsdCount": Rule(replace=True, kept=True, low=0),
    "localSsdEncryptionMode": Rule(replace=True, values=("STANDARD_ENCRYPTION", "EPHEMERAL_KEY_ENCRYPTION")),
    "loggingVariant": Rule(kept=True, values=("DEFAULT", "MAX_THROUGHPUT")),
    "machineType": Rule(kept=True),
    "maxRunDuration": Rule(replace=True),
    "metadata": Rule(replace=True, kept=True),
    "minCpuPlatform": Rule(replace=True, kept=True),
    "nodeGroup": Rule(replace=True),
    "nodeImageConfigs": Rule(kept=True),
    "nodeImageConfigs.image": Rule(kept=True),
    "nodeImageConfigs.imageProject": Rule(kept=True),
    "oauthScopes": Rule(replace=True, kept=True, unordered=True),
    "preemptible": Rule(replace=True, default=False),
    "reservationAffinity": Rule(replace=True),
    "reservationAffinity.consumeReservationType": Rule(
        replace=True,
        values=(
            "UNSPECIFIED",
            "NO_RESERVATION",
            "ANY_RESERVATION",
            "SPECIFIC_RESERVATION",
            "ANY_RESERVATION_THEN_FAIL",
        ),
    ),
    "reservationAffinity.key": Rule(replace=True),
    "reservationAffinity.values": Rule(replace=True, unordered=True),
    "sandboxConfig": Rule(replace=True),
    "sandboxConfig.sandboxType": Rule(values=("gvisor",)),
    "sandboxConfig.type": Rule(values=("GVISOR",)),
    "secondaryBootDisks": Rule(replace=True, length=127),
    "secondaryBootDisks.diskImage": Rule(replace=True),
    "secondaryBootDisks.mode": Rule(replace=True),
    "serviceAccount": Rule(replace=True, kept=True),
    "shieldedInstanceConfig": Rule(replace=True, kept=True),
    "shieldedInstanceConfig.enableIntegrityMonitoring": Rule(replace=True, default=True),
    "shieldedInstanceConfig.enableSecureBoot": Rule(replace=True, default=False),
    "soleTenantConfig": Rule(replace=True),
    "soleTenantConfig.nodeAffinities": Rule(replace=True, unordered=True),
    "soleTenantConfig.nodeAffinities.key": Rule(replace=True),
    "soleTenantConfig.nodeAffinities.operator": Rule(replace=True, values=("IN", "NOT_IN")),
    "soleTenantConfig.nodeAffinities.values": Rule(replace=True),
    "spot": Rule(replace=True, default=False),
    "taintConfig.architectureTaintBehavior": Rule(values=("ARCHITECTURE_TAINT_BEHAVIOR_UNSPECIFIED", "NONE", "ARM")),
    "taints.effect": Rule(values=("NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE")),
    "windowsNodeConfig": Rule(kept=True),
    "windowsNodeConfig.osversion": Rule(
        default="OS_VERSION_UNSPECIFIED",
        values=("OS_VERSION_UNSPECIFIED", "OS_VERSION_LTSC2019", "OS_VERSION_LTSC2022"),
    ),
    "workloadMetadataConfig": Rule(kept=True),
    "workloadMetadataConfig.mode": Rule(values=("MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA")),
}
