"""Parts of the method page: the rules, and what they make of the data."""
