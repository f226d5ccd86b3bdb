"""Contract tests of the local AWS: each states what AWS does, and that the local one does it."""
