"""Settings, routes and the ASGI application."""
