"""From the exposure table to what a person reads: rounding, totals, sentences, colours, figures, files. Pure
functions of the table.
"""
