"""How an older store becomes a newer one. Imported only when a store is migrated."""
