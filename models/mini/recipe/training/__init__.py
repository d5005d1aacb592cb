"""From conversations to weights."""
