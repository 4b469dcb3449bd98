"""Whom an office reaches: its lists, their rows, and who wants no messages."""
