"""Records: one a contact, folded from the cell's events."""
