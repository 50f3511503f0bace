"""Contracts: what a client pays for what was measured."""
