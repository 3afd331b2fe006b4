"""The clinical library: what is treated, how, in whom and when; a combination becomes a treatment."""
