"""The event core: schema, store, projectors and replay, with no Qt and nothing of the app."""
