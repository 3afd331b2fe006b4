"""The reference coder: facts of a case, the rules over them, and the coding with its reasons."""
