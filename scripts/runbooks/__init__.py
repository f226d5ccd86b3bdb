"""The runbooks tried in the local AWS: a small target for each, and the road that an executor takes to it."""
