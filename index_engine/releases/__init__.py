"""Releases: what was published of a build, frozen in a folder that anyone can check without the warehouse."""
