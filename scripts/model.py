"""The numbers of the protocol's model: `python -m scripts.model`."""

from tests.model.code import link
from tests.model.explore import all_starts, explore


def main() -> None:
    """Explore and print."""
    print(explore(link(), all_starts((0,), 1)))  # noqa: T201


if __name__ == "__main__":
    main()
