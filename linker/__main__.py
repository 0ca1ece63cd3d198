"""`python -m linker` is the same as `linker`."""

from linker.cli.main import main

main()
