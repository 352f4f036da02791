"""Keeping the cache and a helpdesk in step: push what was decided, pull what changed."""
