"""What leaves the program in files, and what comes back: events, contexts, a report."""
