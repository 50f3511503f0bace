"""Prompts before any call needs them: spoken texts, recordings, built-in sounds."""
