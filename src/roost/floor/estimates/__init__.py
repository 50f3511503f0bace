"""Estimates: how many go before somebody who waits, and how long that may take."""
