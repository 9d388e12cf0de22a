"""Measure the service on the machine it runs on: `make bench`, quickly `make bench ARGS=--quick`. See docs/performance.md."""
