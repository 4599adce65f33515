"""Playbooks (预案): one YAML file says what one kind of incident means; see README.md. Other apps use `api` only."""
