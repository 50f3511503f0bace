"""Invoices: a client's draft for a month is a deterministic aggregate of measured quantities."""
