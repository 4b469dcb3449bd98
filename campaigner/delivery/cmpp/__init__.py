"""CMPP 2.0 and 3.0, the protocol of China Mobile's SMS gateways (texts of 2002-04 and 2003-06)."""
