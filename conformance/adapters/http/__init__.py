"""The adapter for web services."""
