"""The emulated `kubernetes` provider: what a GKE cluster of the world accepts, schedules and runs."""
