"""`python -m rtconform`."""

from rtconform.cli.main import main

if __name__ == "__main__":
    main()
