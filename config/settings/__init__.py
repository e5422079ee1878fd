"""Settings in layers: `base`, then one module per environment that changes it."""
