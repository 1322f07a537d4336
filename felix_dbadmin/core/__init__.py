"""The engine: databases, files, plans, results. No Qt here; the only home of apsw and of SQL."""
