"""People present where a hazard reaches: engine, population rules, yearly expectation, unions. No I/O."""
