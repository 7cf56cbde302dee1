"""The one error a person can mend: what is wrong, where, and what to do about it."""


class InputError(Exception):
    """Bad input. Its text is one line for a person; the command line prints it and exits with 2."""
