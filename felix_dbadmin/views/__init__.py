"""The window: layout, wording, and which job to start. No SQL, no database, no threads."""
