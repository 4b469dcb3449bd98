"""Reports: what a page holds besides the report, found and taken out by rules that need no file."""
