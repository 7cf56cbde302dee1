"""How the index stands up: agreement of indicators, influence, other choices, design effects."""
