"""Objects read, also those of systems that nobody here wrote; a module for each kind."""
