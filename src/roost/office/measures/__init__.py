"""Measures: each usual figure defined once, by version, over counts that add up.

    facts       what is counted: an arrival, a visit to a queue, a ring, a segment, a stretch of
                an agent's time; each has one instant, which names its interval
    counts      which facts a count counts, and what it adds for each
    formulas    how a measure is made of sums of counts: never an average of averages
    dictionary  every measure: id, version, unit, formula, time rule, where it has a meaning
    intervals   the quarters of an hour that counts are kept by, and what larger ones are sums of
    presence    an agent's time, cut exactly where a quarter ends
    words       every measure's name and sentence, in both languages

The floor's live figures, reports, summaries and wallboards all come from here; nobody else
computes a measure.
"""
