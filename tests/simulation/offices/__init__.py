"""Whole offices lived through on a simulated clock, and an oracle that shares no code with the program.

`world` lives a history, `oracle` says after each step whether anything went out that must not, `shrinking` makes a
history that fails as short as it can be. How to run more of them: docs/performance.md.
"""
