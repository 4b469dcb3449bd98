"""What the office is told: nothing here moves a run on. Each result says itself what it is as data."""
