"""The base of all apps: errors, events, rights, tenancy, HTTP conventions. Imports no app."""
