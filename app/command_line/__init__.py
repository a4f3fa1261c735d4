"""The command line: the program of many commands, each in a module of its own."""
