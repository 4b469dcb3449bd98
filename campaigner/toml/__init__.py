"""The only door of TOML: texts read with the place of every key, and tables that leave no fault of a file untold."""
