"""A deterministic fuzzer of everything that takes what strangers wrote."""
