"""Name rules that several APIs share. Each must match the whole text."""

from __future__ import annotations

# RFC 1035 label, as Compute Engine, Artifact Registry and Cloud DNS want it:
# https://cloud.google.com/compute/docs/naming-resources
GCE_NAME = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
# Clusters and node pools: at most 40 characters (resource_container_cluster.go, ValidateFunc of `name`).
GKE_NAME = "[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?"
# https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
PUBSUB_NAME = "(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}"
CIDR = r"[0-9a-fA-F.:]+/\d{1,3}"
# Machine types of Cloud SQL: https://cloud.google.com/sql/docs/postgres/machine-series-overview
TIER = r"db-(?:f1-micro|g1-small|[nc]\w+-[\w-]+|custom-\d+-\d+|perf-optimized-N-\d+)"
