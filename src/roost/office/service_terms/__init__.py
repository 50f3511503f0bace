"""Where contracts and measures meet: what keeping, or missing, a term of service is worth."""
