"""What gets built: one cloud entity a file, each a component resource that owns its IAM."""
