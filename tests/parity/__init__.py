"""Small programs, each with a sequence of edits, whose every step is compared with what the Pulumi CLI made of it."""
