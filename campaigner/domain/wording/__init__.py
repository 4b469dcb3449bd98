"""Wording: the rules CHK-01 to CHK-29 and the reading of texts against them."""
