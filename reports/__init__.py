"""A finished or interrupted run as HTML, JUnit XML, JSON, CSV and terminal tables: stateless writers over its records."""
