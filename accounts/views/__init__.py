"""Pages, split by audience."""
