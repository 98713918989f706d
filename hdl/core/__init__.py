"""The core: Ibex with a register file of ours."""
