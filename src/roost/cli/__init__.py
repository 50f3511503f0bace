"""The `roost` command: one module a command, its work imported only when it is called."""
