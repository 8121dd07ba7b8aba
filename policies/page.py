"""Writes docs/reference/policies.md from the rules: `python -m policies.page > docs/reference/policies.md`."""

from __future__ import annotations

import sys

from policies.rule import Rule
from policies.rules import RULES

HEADER = """# Policies: what no stack may do

Written by `python -m policies.page`; a test compares. Each rule looks at one resource as a stack wants it. A mandatory rule refuses,
an advisory one warns.

- `slipway plan STACK` says what every resource of the stack breaks, and ends with exit code 3 where a mandatory rule is broken;
  `--json` has all of it below `policies`. Whatever plans before it acts (`apply`, `deploy`, `promote`, `rollback`) refuses for the
  same reasons before anything is touched.
- `slipway up STACK` makes nothing that a mandatory rule forbids. In the sandbox each resource is looked at right before it is made,
  as Pulumi does in an update: what came before it stays, and the next `up` goes on from there. With `--engine pulumi` a preview is
  judged first.
- `pulumi preview --policy-pack policies` asks the same rules from Pulumi's own side, once `make policies` has installed its policy SDK
  into `.policies`.

What is not known before the cloud has answered is taken for good in a plan, and looked at again before anything is made of it. What a
program only reads is not looked at, as Pulumi asks no pack about it.

What an environment has decided in its file is no mistake: the rules go by those decisions, and say which. What is left is excepted in
`policies.yaml`, by rule and resource, with who answers for it, why, and until when; [its keys](config.md#what-policies-do-not-hold-for-policiesyaml).
From the day after, the rule holds again and names the entry. A plan of a whole stack warns of entries that nothing in it needs. An entry
is reviewed like any other change of the config.

Numbers are of the CIS GKE Benchmark 1.6.0, of the CIS Kubernetes V1.24 Benchmark 1.0.0 (its section 5.2 has the pods), and of the
[Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/). [The whole of the GKE benchmark's section
5](cis-gke.md) has a page of its own.

| rule | | |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [f"| [`{rule.id}`](#{rule.id}) | {rule.level} | {rule.title} |\n" for rule in RULES]
    return "".join([HEADER, *rows, *map(_section, RULES)])


def _section(rule: Rule) -> str:
    lines = [f"{rule.title}. {rule.why}", f"- **Remedy**: {rule.remedy}."]
    if rule.decided:
        lines.append(f"- **Goes by**: {rule.decided}.")
    lines += [f"- **{benchmark}**: {numbers}." for benchmark, numbers in rule.numbers.items()]
    return f"\n## {rule.id}\n\n{lines[0]}\n\n" + "\n".join(lines[1:]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
