"""The explorer: one page on which a person sets the facts of a session and sees codes, rules and documents."""
