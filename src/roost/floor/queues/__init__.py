"""Queues: who waits where, since when, and how the waiting ends."""
