"""Measurements, always as ratios against a peer of the same run."""
