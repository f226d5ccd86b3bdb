"""The dashboard's page in a headless Chromium, against a small server in this process."""
