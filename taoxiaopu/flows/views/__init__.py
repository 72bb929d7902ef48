"""Pages of the roof, split by audience."""
