"""Targets: a part of the stack."""

from tests.parity.step import Step

PROGRAMS: dict[str, list[Step]] = {}
