"""The API of requests and tasks under `/api/v1/`; the same scope, steps and errors as the pages."""
