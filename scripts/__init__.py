"""What people and machines run: the commander CLI, the local AWS, the patient, training and benchmarks."""
