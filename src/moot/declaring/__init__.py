"""How declarations are read: YAML with places, values with credentials, errors at file, line and column."""
