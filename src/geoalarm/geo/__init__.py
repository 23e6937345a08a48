"""Places: reference systems, grids, covered fractions, communes and the seam between two countries. The only
room with x and y.
"""
