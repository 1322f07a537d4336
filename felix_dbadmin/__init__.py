"""felix-dbadmin: migrate, rehearse, back up and restore the SQLite databases of the Felix agent framework."""

__version__ = "0.1.0"
