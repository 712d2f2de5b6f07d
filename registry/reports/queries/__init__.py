"""Counting queries, one file per fact; they return frozen rows."""
