"""Rules of Cloud Armor's security policies."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import GCE_NAME

_DENIALS = ("deny(403)", "deny(404)", "deny(429)", "deny(502)")

SECURITY_POLICY = Table(
    source="compute/resource_compute_security_policy.go",
    properties={
        "adaptiveProtectionConfig.layer7DdosDefenseConfig.enable": Rule(kept=True),
        "adaptiveProtectionConfig.layer7DdosDefenseConfig.ruleVisibility": Rule(
            kept=True, values=("STANDARD", "PREMIUM")
        ),
        "adaptiveProtectionConfig.layer7DdosDefenseConfig.thresholdConfigs.autoDeployConfidenceThreshold": Rule(
            low=0, high=1
        ),
        "adaptiveProtectionConfig.layer7DdosDefenseConfig.thresholdConfigs.autoDeployExpirationSec": Rule(
            low=1, high=7776000
        ),
        "adaptiveProtectionConfig.layer7DdosDefenseConfig.thresholdConfigs.trafficGranularityConfigs.type": Rule(
            values=("HTTP_HEADER_HOST", "HTTP_PATH")
        ),
        "advancedOptionsConfig": Rule(kept=True),
        "advancedOptionsConfig.jsonCustomConfig": Rule(kept=True),
        "advancedOptionsConfig.jsonCustomConfig.contentTypes": Rule(unordered=True),
        "advancedOptionsConfig.jsonParsing": Rule(kept=True, values=("DISABLED", "STANDARD", "STANDARD_WITH_GRAPHQL")),
        "advancedOptionsConfig.logLevel": Rule(kept=True, values=("NORMAL", "VERBOSE")),
        "advancedOptionsConfig.requestBodyInspectionSize": Rule(
            kept=True, values=("8KB", "16KB", "32KB", "48KB", "64KB")
        ),
        "advancedOptionsConfig.userIpRequestHeaders": Rule(unordered=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "project": Rule(replace=True, kept=True),
        "rules": Rule(unordered=True, kept=True),
        # The provider leaves it to the API: securityPolicies, SecurityPolicyRule.action.
        "rules.action": Rule(
            values=("allow", "deny(403)", "deny(404)", "deny(502)", "rate_based_ban", "redirect", "throttle")
        ),
        "rules.match.config.srcIpRanges": Rule(unordered=True),
        "rules.match.versionedExpr": Rule(values=("SRC_IPS_V1",)),
        "rules.preview": Rule(kept=True),
        # The API's bounds: SecurityPolicyRule.priority.
        "rules.priority": Rule(low=0, high=2147483647),
        "rules.rateLimitOptions.conformAction": Rule(values=("allow",)),
        "rules.rateLimitOptions.enforceOnKey": Rule(
            values=(
                "ALL",
                "IP",
                "HTTP_HEADER",
                "XFF_IP",
                "HTTP_COOKIE",
                "HTTP_PATH",
                "SNI",
                "REGION_CODE",
                "TLS_JA3_FINGERPRINT",
                "TLS_JA4_FINGERPRINT",
                "USER_IP",
            )
        ),
        "rules.rateLimitOptions.exceedAction": Rule(values=("redirect", *_DENIALS)),
        "rules.rateLimitOptions.exceedRedirectOptions.type": Rule(values=("EXTERNAL_302", "GOOGLE_RECAPTCHA")),
        "rules.redirectOptions.type": Rule(values=("EXTERNAL_302", "GOOGLE_RECAPTCHA")),
        "type": Rule(
            replace=True, kept=True, values=("CLOUD_ARMOR", "CLOUD_ARMOR_EDGE", "CLOUD_ARMOR_INTERNAL_SERVICE")
        ),
    },
)
