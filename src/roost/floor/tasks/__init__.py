"""Tasks: work that isn't a call now, from the promise to its outcome."""
