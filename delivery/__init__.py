"""How releases move: the `slipway` command and the rules behind it."""
