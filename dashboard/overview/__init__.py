"""The map: what it can be painted by, and how it is drawn."""
