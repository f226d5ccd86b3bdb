"""What the core needs of the world: one protocol a file, implemented in adapters only."""
