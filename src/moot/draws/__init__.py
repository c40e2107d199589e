"""Chance, fixed before any regime looks at it: see README.md in this folder for why each piece is as it is."""
