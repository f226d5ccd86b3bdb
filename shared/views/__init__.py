"""What people look at: documents that are projected from an incident's events, and from nothing else."""
