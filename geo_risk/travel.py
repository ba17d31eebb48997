"""How long it takes from place to place: along the park's roads, else straight with a factor."""
