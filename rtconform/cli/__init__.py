"""The command line: one file for each command, named as the command, in folders that say what the commands are for."""
