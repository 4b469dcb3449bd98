"""Nouns and rules, settled with pencil and paper: standard library only, no clock, no file, no wire."""
