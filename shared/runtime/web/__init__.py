"""The HTTP API of the dashboard: the same app in Lambda and on loopback."""
