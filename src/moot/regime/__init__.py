"""What a scheme does: what it sees, what it counts, what a low score costs, how one gets out."""
