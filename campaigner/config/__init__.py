"""config.toml -> a frozen `Config`; every fault is a problem with its line, an unknown key with the nearest known."""

from campaigner.config.model import CONFIG_FILE, FOUNDATIONS, OFFICE_WIDE, Config
from campaigner.config.reading import load_config

__all__ = ["CONFIG_FILE", "FOUNDATIONS", "OFFICE_WIDE", "Config", "load_config"]
