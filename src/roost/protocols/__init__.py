"""Protocols, sans-IO: messages in, messages out; no socket, no clock, no randomness."""
