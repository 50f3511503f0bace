"""Service terms: what a contract promises of the service, and what keeping it is worth."""
