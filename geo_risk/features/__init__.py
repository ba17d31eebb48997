"""Features: what is counted of the records before any model sees them."""
