"""What can be said of a run: tables, totals, lives with their causes, a page to read."""
