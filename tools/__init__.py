"""What only developers run; nothing of it is in the wheel."""
