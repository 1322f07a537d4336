"""Migrations: read from files, recorded in a ledger, planned, carried out, looked after."""
