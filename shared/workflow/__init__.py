"""What the state machine's tasks and the coordinator do, over ports only."""
