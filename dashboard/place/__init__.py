"""Parts of the page of one place."""
