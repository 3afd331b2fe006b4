"""The vendor file: what it says, how it is read, what to begin with, and how its secrets are kept."""
