"""What tests of the daemon may ask for besides."""

from tests.stages.conftest import script

__all__ = ["script"]
