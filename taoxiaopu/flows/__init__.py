"""Roof: stories that cross apps upward: payment notices, sweeps of what fell due, demo data, verify, advance."""
