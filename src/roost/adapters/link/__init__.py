"""Commands and hints between our processes, by a local socket."""
