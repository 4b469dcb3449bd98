"""The working folder as it was read, who works in it, its keys, and the files that lie in it."""
