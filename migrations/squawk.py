"""What squawk says, in our words: which of its rules are the same as ours, and what its others mean here.

https://squawkhq.com/docs/rules. It reads only what a file runs itself, so the rules of ours are the ones that also see into
blocks and know what the file has made; squawk parses every statement by PostgreSQL's grammar, which no rule does.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.findings import Severity

SYNTAX = "syntax-error"
POSTGRES = "15.0"
"""What the environments run."""

SAME: dict[str, tuple[str, ...]] = {
    "adding-field-with-default": ("volatile-default", "generated-column"),
    "adding-foreign-key-constraint": ("constraint-not-valid",),
    "adding-not-nullable-field": ("set-not-null",),
    "adding-required-field": ("add-required-column",),
    "adding-serial-primary-key-field": ("unique-constraint", "volatile-default"),
    "ban-alter-domain-with-add-constraint": ("constraint-not-valid",),
    "ban-concurrent-index-creation-in-transaction": ("concurrently-in-transaction",),
    "ban-drop-column": ("drop-column",),
    "ban-drop-constraint": ("drop-constraint",),
    "ban-drop-database": ("drop-database",),
    "ban-drop-domain": ("drop-type",),
    "ban-drop-extension": ("drop-other",),
    "ban-drop-function": ("drop-function",),
    "ban-drop-index": ("drop-index-not-concurrently",),
    "ban-drop-policy": ("drop-other",),
    "ban-drop-schema": ("drop-schema",),
    "ban-drop-sequence": ("drop-other",),
    "ban-drop-table": ("drop-table",),
    "ban-drop-trigger": ("drop-trigger",),
    "ban-drop-type": ("drop-type",),
    "ban-drop-view": ("drop-view",),
    "ban-revoke": ("revoke",),
    "ban-set-schema": ("rename-table", "rename-other"),
    "ban-truncate-cascade": ("truncate",),
    "changing-column-type": ("change-column-type",),
    "constraint-missing-not-valid": ("constraint-not-valid", "unique-constraint"),
    "disallowed-unique-constraint": ("unique-constraint",),
    "renaming-column": ("rename-column",),
    "renaming-object": ("rename-other", "rename-column"),
    "renaming-table": ("rename-table",),
    "require-concurrent-index-creation": ("index-not-concurrently",),
    "require-concurrent-index-deletion": ("drop-index-not-concurrently",),
    "require-concurrent-partition-detach": ("detach-partition",),
    "require-concurrent-reindex": ("reindex-not-concurrently",),
    "require-lock-timeout": ("no-lock-timeout",),
    "require-statement-timeout": ("no-statement-timeout",),
    "require-timeout-settings": ("no-lock-timeout", "no-statement-timeout"),
}
"""Ours decide: one cause is one finding. A test holds that where squawk finds one of these, ours do, or know why not."""

LEFT_OUT: dict[str, str] = {
    "ban-char-field": "a matter of taste",
    "ban-create-domain-with-constraint": "harms nobody before the constraint is changed, which is found then",
    "ban-drop-not-null": "lets more in than before; the code in use goes on",
    "ban-uncommitted-transaction": "tools end the transaction themselves",
    "identifier-too-long": "a name is cut the same way wherever it is used",
    "prefer-bigint-over-int": "a matter of size, not of the migration",
    "prefer-bigint-over-smallint": "a matter of size, not of the migration",
    "prefer-identity": "a matter of taste",
    "prefer-repack": "said by vacuum-full and cluster",
    "prefer-robust-stmts": "the tool's record of what has run keeps it from running twice",
    "prefer-text-field": "a matter of taste",
    "prefer-timestamp-tz": "a matter of taste",
    "require-enum-value-ordering": "the order of an enum's values is what its author wants",
    "require-table-schema": "the search path is the tool's",
    "transaction-nesting": "warns of BEGIN in a tool's transaction, which PostgreSQL only warns of too",
}
"""Rules that are not asked for, each with why."""


@dataclass(frozen=True)
class Remark:
    """Something that squawk has to say; line and column are counted from 0."""

    file: str
    rule: str
    line: int
    column: int
    message: str
    help: str


def severity(remark: Remark) -> Severity:
    """Of a rule that is not ours: squawk calls everything but broken SQL a warning."""
    return "low" if remark.rule.startswith("prefer-") else "medium"
