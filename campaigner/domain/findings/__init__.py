"""Findings: what a report says, recognised with its exact place, and its figures computed again."""
