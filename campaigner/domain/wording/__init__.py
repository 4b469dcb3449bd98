"""Wording: the rules CHK-01 to CHK-32 and the reading of texts against them."""
