"""Events: their schema, and the stores that keep them."""
