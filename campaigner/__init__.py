"""campaigner: targeted warnings against telecom fraud, planned, written, approved, sent and logged."""

__version__ = "0.1.0"
