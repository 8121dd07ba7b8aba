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
- The default branch of every repository is main, and every other branch exists. Nobody who brings a stack up may pass a
  ruleset, and a ruleset keeps from committing only what these types commit: pull requests are the sandbox's own matter.
- Users, teams and apps are taken for what their numbers say: none is asked for. A repository is another one where its
  name is, so that no rename is told from it.
"""
