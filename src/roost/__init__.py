"""Roost: a cloud contact centre for outsourcers."""
