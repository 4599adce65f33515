"""The end of an incident: people released, the public record kept, key and rows destroyed, and a signed certificate of it."""
