"""``python -m geoalarm.cli`` is the command line."""

from geoalarm.cli import main

if __name__ == "__main__":
    main()
