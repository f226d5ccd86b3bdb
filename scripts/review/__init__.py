"""A post-incident review, computed from the incident's log."""
