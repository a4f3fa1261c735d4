"""Features: what the window can do beyond replaying, each whole in a room of its own."""
