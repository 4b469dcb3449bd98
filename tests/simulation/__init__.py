"""A whole year of an office on a virtual clock: thirty campaigns, an approver, a carrier, mishaps, and an audit."""
