"""What reports count: verdicts, faults and their order of repair, dispositions, shares with intervals, money."""
