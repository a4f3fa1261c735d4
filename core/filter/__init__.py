"""The filter: a language of one line that says which events of a log are meant."""
