"""Dead letters: what `commander dead-letters` shows and does."""
