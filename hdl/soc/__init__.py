"""The board around the pipeline: bus, peripherals, link."""
