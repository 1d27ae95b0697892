"""The social registry: brought in from files, without anybody's name or national id."""
