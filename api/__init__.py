"""The counter: HTTP, pages and the command line. Only `api.main` meets `infrastructure`."""
