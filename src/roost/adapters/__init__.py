"""The world: each real thing a module, its fake beside it in `testing.py`."""
