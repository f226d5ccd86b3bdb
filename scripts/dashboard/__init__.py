"""`commander dashboard`: the same app as in AWS, on loopback, with the caller's own credentials."""
