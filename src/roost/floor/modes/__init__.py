"""Modes: what people declare about a client's callers, from when until when."""
