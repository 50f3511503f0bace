"""Flows: the path of a caller as data, and the pure interpreter that walks it."""
