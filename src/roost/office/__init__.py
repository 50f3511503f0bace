"""What follows a contact: its record, what the contract makes of it, the invoice's draft.

Everything is a fold of the log: nothing here decides anything on the floor. `books.py` puts
the areas together; `reactions.py` says which events each area is told of.
"""
