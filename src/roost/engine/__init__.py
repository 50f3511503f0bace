"""Runs a room: commands → decisions → groups → effects. Knows no area.

step        the one step function: a command run to rest, in memory
runtime     the live driver: group commit by a writer thread, effects after it, mending
timers      what's to be given at an instant
restore     from the log back to an engine; bodies: between events, states and bytes
followers   readers of the log in other processes; verify: proofs over what was kept
"""
