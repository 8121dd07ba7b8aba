"""The stand-in for the cloud and, where the Pulumi CLI is missing, for its engine."""
