"""Where partitions are worked on: `Over` of the domain, in processes of this machine or on a cluster."""
