"""Damage planted into a clean world, by modules as ``flows.verify`` has them, and what ``verify`` must say of each."""
