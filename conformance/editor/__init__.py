"""All that is specific to claim editors: how their dispositions are judged, explained and grouped, and known faults."""
