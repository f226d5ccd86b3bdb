"""Measures the product against recorded incidents whose truth is known."""
