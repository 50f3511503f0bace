"""Callbacks in turn: a caller keeps the place in the queue without the line."""
