"""The emulated github provider: as much of GitHub as pulumi-github shows it, over the sandbox's world.

`cloud.py` applies to each type what its file declares, in the form in which Google's types are declared too
(`sandbox/clouds/gcp/resource.py`); `catalogue.py` lists the types.

Differences from the real provider, each one known and meant:

- Every repository exists, and every token may do everything: neither is asked for. The owner comes from the provider's
  configuration alone, never from environment variables or a token.
- What GitHub refuses for its form is refused in Check, so a preview already finds it. A webhook's address must be https,
  where GitHub takes http too: what it reports would be open to everybody on the way.
- A webhook has an `etag`; the real provider declares one and leaves it empty.
- Nothing is delivered to a webhook's address.
"""
