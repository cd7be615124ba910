"""The embedded servers, one module each; `core.embedded` is the door to them."""
