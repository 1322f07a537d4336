"""Backups: taken, described, verified, listed, restored, pruned."""
