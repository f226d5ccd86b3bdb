"""The demo: a stage in the local AWS, a patient, a scenario, and the story as it happens."""
