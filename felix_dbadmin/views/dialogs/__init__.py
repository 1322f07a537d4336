"""Dialogs: what is asked before a change, and how a change is getting on."""
