"""Commands that need no vendor: generate, export, code, edit, rules, suites, space, schema."""
