"""An office in which one person does what he likes with commands, files and rows, beside an honest second person.

`world` lives a story, `oracle` judges what left by what the second person truly approved, `inspection` asks whatever
the program has to tell of it: the log's check with the anchor that somebody else keeps, and the evidence of the month.
`shrinking` makes a story that fails as short as it can be. How to run more of them: docs/performance.md.
"""
