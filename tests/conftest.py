"""What all tests share. The servers come first, then the cast."""

pytest_plugins = [
    "tests.servers",
    "tests.database",
    "tests.transactional",
    "tests.cast",
]
