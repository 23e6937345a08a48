"""People present where a hazard reaches: the engine, the population rules, yearly expectation and unions.
Pure, no I/O.
"""
