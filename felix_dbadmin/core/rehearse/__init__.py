"""Dry run: the plan, really run on a copy of the database."""
