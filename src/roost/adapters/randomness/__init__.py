"""Chance from the machine."""
