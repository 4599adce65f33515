"""The shape of a playbook, one module per topic; every value is frozen."""
