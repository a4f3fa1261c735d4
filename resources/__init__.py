"""What the program carries with it: fonts and the sample log, found by importlib.resources."""
