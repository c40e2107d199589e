"""Who the people are: aggregate tables in, synthetic people out, and no other way in."""
