"""Measures the log and the vote: counts beside every rate, and nothing that a test would assert."""
