"""Keeping an office for years: back-ups, keys, retention, the rights of persons, the doctor."""
