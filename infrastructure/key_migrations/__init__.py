"""The key store's shape: plain SQL files, applied by `infrastructure.migrations.migrate`."""
