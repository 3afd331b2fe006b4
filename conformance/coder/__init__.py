"""All that is specific to coders: how their answers are judged, explained and grouped, and the faults known from the field."""
