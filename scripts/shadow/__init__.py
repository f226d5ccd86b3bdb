"""`commander shadow`: what would have been done, and what that has earned."""
