"""The outside: web addresses that a flow asks, with a deadline, a bound and a wall."""
