"""The commands, one file a subject; `rtconform/main.py` says which is where."""
