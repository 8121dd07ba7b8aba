"""A Cloud Armor policy for what the internet reaches."""

from __future__ import annotations

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_gcp import compute

SENSITIVITY = 1
"""Of 1 to 4: the signatures that hardly ever mistake a good request (OWASP's paranoia level 1)."""

ATTACKS = ("sqli", "xss", "lfi", "rfi", "rce", "protocolattack", "scannerdetection")
"""https://cloud.google.com/armor/docs/waf-rules, by what is left when `-v33-stable` is taken off."""

REQUESTS, SECONDS = 6000, 60
"""How much one address may ask for: floods only. What is fair to each customer is a plugin of the gateway's to say."""

EVERYBODY = {"versioned_expr": "SRC_IPS_V1", "config": {"src_ip_ranges": ["*"]}}
LAST = 2147483647


class Armor(pulumi.ComponentResource):
    """Attacks by known signatures are refused, floods from one address throttled, all else is let through."""

    name: Output[str]

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Armor", name, None, opts)
        policy = compute.SecurityPolicy(
            name,
            type="CLOUD_ARMOR",
            rules=[
                *(_attack(1000 + 10 * index, attack) for index, attack in enumerate(ATTACKS)),
                {
                    "priority": 2000,
                    "action": "throttle",
                    "description": "floods from one address",
                    "match": EVERYBODY,
                    "rate_limit_options": {
                        "conform_action": "allow",
                        "exceed_action": "deny(429)",
                        "enforce_on_key": "IP",
                        "rate_limit_threshold": {"count": REQUESTS, "interval_sec": SECONDS},
                    },
                },
                {"priority": LAST, "action": "allow", "description": "all else", "match": EVERYBODY},
            ],
            # Requests are looked into as JSON too, which is what an API gets.
            advanced_options_config={"json_parsing": "STANDARD", "log_level": "NORMAL"},
            adaptive_protection_config={"layer7_ddos_defense_config": {"enable": True}},
            opts=ResourceOptions(parent=self),
        )
        self.name = policy.name
        self.register_outputs({"name": self.name})


def _attack(priority: int, attack: str) -> compute.SecurityPolicyRuleArgsDict:
    expression = f"evaluatePreconfiguredWaf('{attack}-v33-stable', {{'sensitivity': {SENSITIVITY}}})"
    return {
        "priority": priority,
        "action": "deny(403)",
        "description": attack,
        "match": {"expr": {"expression": expression}},
    }
