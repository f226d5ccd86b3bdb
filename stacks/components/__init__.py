"""Constructs that more than one stack uses, or that are worth a name of their own."""
