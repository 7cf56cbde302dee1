"""Sections of the rankings: the table or plot of a level, its options, custom weights, methods
compared."""
