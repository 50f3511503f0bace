"""Every figure that the documents name, measured in one run and printed as ratios."""
