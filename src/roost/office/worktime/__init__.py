"""Agents' time: who pays for it, and what it costs."""
