"""The local AWS: the synthesised stacks and their real handlers on one laptop, without Docker."""
