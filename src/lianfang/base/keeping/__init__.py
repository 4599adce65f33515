"""Keeping the data: backup, restore, upgrade, and the page of whoever runs the machine."""
