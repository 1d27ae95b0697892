"""Assessments: forms, answers, and what becomes of them."""
