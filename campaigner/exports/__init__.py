"""The output folder: where everything in it lies; folders of releases as they are built, signed, checked and packed."""
