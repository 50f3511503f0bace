"""Accounts: a client's month from draft to credit, and what people say about it on the way."""
