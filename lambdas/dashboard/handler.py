"""Dashboard: AWS entry point of the function that only reads, and serves the page."""

from pathlib import Path

from shared.runtime.dashboard import reading_handler

handler = reading_handler(Path(__file__).with_name("static"))
