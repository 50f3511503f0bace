"""Session descriptions, sans-IO: `session` reads and writes them, `negotiate` agrees."""
