"""What a machine without servers needs: an embedded PostgreSQL and a synthetic CC&B in it."""
