"""The HTML page of a run: what it shows, and the templates that show it."""
