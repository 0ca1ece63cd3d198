"""How good a run is: metrics against a truth table, estimates without one, and the report that an analyst opens."""
