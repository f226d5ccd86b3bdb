"""An incident explained from its log: who saw what, who chose what, and what was done."""
