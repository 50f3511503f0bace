"""Calls: contacts on the line, their legs, who hears what, recordings."""
