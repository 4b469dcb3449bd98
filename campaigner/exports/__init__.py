"""The output folder: where everything in it lies."""
