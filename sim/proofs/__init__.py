"""Properties proved on the shipping modules; `sim.prove` runs them."""
