"""Planted: what is known of simulated users beforehand, beside what the interest model makes of their behaviors."""
