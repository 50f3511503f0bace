"""The live centre. `cell.py` puts the areas together, `reactions.py` says who reacts to what,
`effects.py` is all that the floor asks of the world, `definition.py` what it's configured by."""
