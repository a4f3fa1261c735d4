"""The Qt program: the window in which a log of events is replayed, and its command line."""
