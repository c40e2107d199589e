"""The same work on Moot and on its peers: `python -m benchmarks.bench`."""
