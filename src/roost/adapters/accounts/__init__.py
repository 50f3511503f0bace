"""Accounts, sessions and tokens in a SQLite file of their own."""
