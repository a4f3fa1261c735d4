"""What people write beside a log: bookmarks with notes, kept apart from it."""
