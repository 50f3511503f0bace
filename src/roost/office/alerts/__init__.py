"""When a rule is raised and when it's cleared."""
