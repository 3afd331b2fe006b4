"""Ending a vendor's processes, whatever they do: in this process's lifetime and after it was killed."""
