"""What is kept: run folders, written whole or not at all, and read with checksums."""
