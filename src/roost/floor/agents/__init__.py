"""Agents: presence, the contact in hand, wrap-up, and what a segment measured."""
