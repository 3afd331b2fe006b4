"""A checker of synthetic treatments, written apart from what makes them: would a medical physicist laugh?"""
