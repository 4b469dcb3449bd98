"""The road of a run, first this, then that: planned, generated, approved, queued, out, reconciled."""
