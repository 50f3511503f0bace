"""Simulations asked for on a page: each a process of its own at the lowest priority."""
