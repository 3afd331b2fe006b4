"""`python -m rtconform`."""

from rtconform.main import main

if __name__ == "__main__":
    main()
