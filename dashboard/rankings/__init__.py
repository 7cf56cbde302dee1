"""Parts of the page of all places of a level: order, doubt, other weights, other methods."""
