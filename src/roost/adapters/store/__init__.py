"""The log, the vault, the keys and the snapshots on disk; in memory for tests."""
