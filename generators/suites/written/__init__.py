"""Suites written by hand: TOML files of cases, plain JSON Lines files, and what their authors expect."""
