"""What every Lambda shares; see docs/decisions.md for the rooms and which may know which."""
