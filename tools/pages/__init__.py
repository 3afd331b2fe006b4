"""Documents made from the code: `make docs`."""
