"""The rules of what may be executed: one Cedar file each, and the schema of what they may look at."""
