"""A case written as objects, a module for each kind."""
