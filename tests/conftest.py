"""What all tests share. The servers come first; the cast stands in `tests/factories`."""

pytest_plugins = ["tests.servers", "tests.transactional"]
