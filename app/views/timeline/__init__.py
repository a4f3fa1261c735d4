"""The timeline: overview, lanes, curves, objects and uncertainty over one axis and one cursor."""
