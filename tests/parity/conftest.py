"""The bench of the engine's own tests, for the programs that are refused."""

from tests.sandbox.engine.conftest import bench

__all__ = ["bench"]
