"""What recipients read: written, measured, checked against the rules on wording, printed."""
