"""The imaginary trial: law, case, hearing, ballots, judgment. An invented scheme, never a real proceeding."""
