"""Suite `respelled`: cases that say the same as others in another way. The laws are data (`generators/data/respelled.toml`)."""
