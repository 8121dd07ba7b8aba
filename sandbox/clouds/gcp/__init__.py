"""The emulated gcp provider: Google Cloud as pulumi-gcp shows it, over the sandbox's world.

`cloud.py` applies to each resource type what its API's file declares (`compute.py`, `pubsub.py`, ...) and what
`rules/` tabulates of its properties; `check.py` and `diff.py` do so for inputs and changes.

Differences from the real provider, each one known and meant:

- Outputs hold what was given, what the provider fills in and what the type computes. The real one also writes empty
  values for every property that is not set (`""`, `[]`, null) and `__meta`, which holds timeouts and a schema version.
- Name rules and enumerations of the API are checked in Check, so a preview already refuses what the real one refuses
  only when it asks the API.
- Durations are compared as text: `60s` and `60.0s` are a change here.
- Every project exists and every API is enabled in it; nobody is refused for lack of permission.
- A provider's project, region and zone come from its configuration, never from environment variables or gcloud.
- Quotas count things of a type in a project, all regions together, by what every project begins with. What each project
  negotiates, such as vCPUs, disks, GPUs and addresses of a region, is not limited: plan a fault of effect `quota`.
- Nothing takes time: how long it would have taken stands in `latency.yaml`.
"""
