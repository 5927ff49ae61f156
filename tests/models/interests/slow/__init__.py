"""The slow twin of the interest kernels: frozen values, and pure functions of them in plain Python floats."""
