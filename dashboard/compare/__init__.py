"""Parts of the page that sets places beside each other."""
