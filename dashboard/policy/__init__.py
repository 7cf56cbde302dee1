"""Parts of the policy view."""
