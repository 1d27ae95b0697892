"""What a process tells of itself beside its log: figures for Prometheus, spans for OpenTelemetry, and what must not
be in any of them.
"""
