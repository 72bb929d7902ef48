"""Roof: the home pages that read many apps: platform home, supplier's desk, owner's centre, operator's dashboard."""
