"""The index engine: sources -> warehouse -> measures -> estimates -> index."""
