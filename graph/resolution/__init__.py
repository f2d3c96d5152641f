"""Entity resolution: records that may be one entity, decisions about them, and merges that can be undone."""
