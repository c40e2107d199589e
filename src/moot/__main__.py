"""The program `moot`, and `python -m moot`: Ctrl-C ends it with 130 even while it is still being imported."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from moot.cli.main import main as run

        run()
    except KeyboardInterrupt:
        print("stopped; nothing written", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
