"""The adapter for a product that takes files from one folder and writes its answers to another."""
