"""What was measured, and what a person thinks of it: of swaps, detectors, labels and renderers."""
