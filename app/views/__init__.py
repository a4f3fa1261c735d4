"""Views draw and ask; they hold no store, no clock and no sibling."""
