"""Chance, fixed before any regime looks at it: README.md in this folder says why each piece is as it is."""
