"""All rules, in the order of the reference page."""

from __future__ import annotations

from policies.rule import Rule
from policies.rules import (
    cluster_hardening,
    cluster_wide_rights,
    customer_keys,
    deletion_protection,
    image_digests,
    immutable_tags,
    key_rotation,
    labels,
    limits,
    namespace_security,
    node_hardening,
    pod_security,
    preview_borrowing,
    primitive_roles,
    private_control_plane,
    private_nodes,
    probes,
    public_buckets,
    public_databases,
    public_endpoints,
    public_members,
    service_account_keys,
    transport_encryption,
)

RULES: tuple[Rule, ...] = (
    image_digests.RULE,
    immutable_tags.RULE,
    public_databases.RULE,
    public_buckets.RULE,
    private_nodes.RULE,
    private_control_plane.RULE,
    public_endpoints.RULE,
    public_members.RULE,
    primitive_roles.RULE,
    service_account_keys.RULE,
    cluster_wide_rights.RULE,
    transport_encryption.RULE,
    customer_keys.RULE,
    key_rotation.RULE,
    deletion_protection.RULE,
    cluster_hardening.RULE,
    node_hardening.RULE,
    namespace_security.RULE,
    pod_security.RULE,
    limits.RULE,
    probes.RULE,
    labels.RULE,
    preview_borrowing.RULE,
)

BY_ID = {rule.id: rule for rule in RULES}
