"""Chance: for secrets and session ids. Only its adapter may ask the machine for any."""

from typing import Protocol


class Randomness(Protocol):
    def secret(self, size: int) -> bytes:
        """That many bytes that nobody can guess."""
        ...
