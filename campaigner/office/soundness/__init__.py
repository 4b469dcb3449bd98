"""Whether an office is sound: one small check for each thing that can go wrong with the years."""
