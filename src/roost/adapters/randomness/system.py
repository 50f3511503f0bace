"""The machine's own source of secrets."""

import secrets


class SystemRandomness:
    """ports.randomness.Randomness, from the kernel's generator."""

    def secret(self, size: int) -> bytes:
        return secrets.token_bytes(size)
