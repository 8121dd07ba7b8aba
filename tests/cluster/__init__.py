"""The emulated Kubernetes held against a real control plane: `make test-cluster`."""
