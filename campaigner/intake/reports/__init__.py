"""Reports in: files of any dress become cleaned reports with the way back to their originals."""
