"""CDK entry point."""
