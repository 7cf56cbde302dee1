"""The data page: how files of people's own come in."""
