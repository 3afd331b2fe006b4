"""CMS's national tables as dated data: coding edits (PTP), unlikely units (MUE), hospital rates, fees."""
