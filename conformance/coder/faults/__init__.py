"""The catalogue of faulty coders: each fault seen in the field as a coder that has it."""
