"""Rows to roles: passive item models that are told what to show and never ask."""
