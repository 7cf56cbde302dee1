"""Sections of the overview: key numbers, the map with its layers, the list, what changed."""
