"""The clock: beats, the lease that says who may beat them, what is seen from outside."""
