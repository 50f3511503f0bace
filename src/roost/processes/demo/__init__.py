"""The demo: an example centre with callers and agents that know only its public interfaces."""
