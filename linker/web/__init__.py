"""The review pages: FastAPI and Jinja2 over `linker.review`. All that a page needs is in here; nothing is loaded from outside."""
