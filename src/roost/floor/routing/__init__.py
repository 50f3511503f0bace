"""Routing: who gets whom, now, from an index of its own."""
