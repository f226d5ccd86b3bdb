"""Fillers for ministack 1.5.33: one file per behaviour it lacks, deleted when a release has it."""
