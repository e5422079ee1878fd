"""Settings in layers: `base`, then one module per environment that changes it."""

import gc

# Most of what a start makes stays: looking through it for garbage takes a fifth of the start.
# Here, before the settings load libraries; `core.apps` goes on with it.
gc.disable()
