"""Chance that a test can repeat."""

from hashlib import sha256


class SeededRandomness:
    """ports.randomness.Randomness from a seed: the same seed, the same secrets."""

    def __init__(self, seed: str = "seed") -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def secret(self, size: int) -> bytes:
        parts = b""
        while len(parts) < size:
            self._drawn += 1
            parts += sha256(self._seed + self._drawn.to_bytes(8, "big")).digest()
        return parts[:size]
