"""A run: canary, pipeline, fairness checks, the run folder and its log; runs in parts and on clusters; baselines and errata."""
