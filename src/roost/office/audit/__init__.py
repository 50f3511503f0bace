"""Who looked at what, and who changed what: for whoever has to answer for it."""
