"""The doctor: one file a family of checks; `commander doctor` asks them all."""
