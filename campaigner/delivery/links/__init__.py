"""What all links share, whatever their protocol: see docs/adr/0020-links.md."""
