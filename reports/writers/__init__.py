"""One file for each report format, and the registry of them."""
