"""Assessments: what a visit found out, on forms that are files."""
