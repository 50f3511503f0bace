"""A person's data: found, taken away, corrected, erased, and kept no longer than is agreed.

What decides, counts and bills needs none of it (FOUNDATION, 1): so erasing leaves every figure and
every invoice as it is.
"""
