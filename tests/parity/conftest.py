"""The bench of the engine's own tests, for the programs that are refused, and what their programs need."""

from tests.sandbox.engine.conftest import bench, compiled_anew

__all__ = ["bench", "compiled_anew"]
