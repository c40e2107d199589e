"""Processes that live through one society together, and what they hand to each other."""
