"""--set NAME=VALUE: a number of a configuration, changed from the command line."""

from __future__ import annotations

import argparse
import dataclasses


def add(sub: argparse.ArgumentParser) -> None:
    """The option; `change` reads it."""
    sub.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a number of the configuration; see config.json"
    )


def change(config, settings: list[str]):
    """A configuration with NAME=VALUE put in, each value in the type that it has there; GROUP.NAME reaches into a part."""
    for setting in settings:
        path, equals, value = setting.partition("=")
        group, _, name = path.rpartition(".")
        parts = {"": _simple(config)} | {key: _simple(part) for key, part in vars(config).items()}
        kind = parts.get(group, {}).get(name)
        if not equals or kind is None:
            known = [f"{key}.{one}".lstrip(".") for key, part in parts.items() for one in part]
            raise ValueError(f"--set {setting}: expected NAME=VALUE with a name out of {', '.join(known)}")
        try:
            new = _TRUTH[value] if kind is bool else kind(value)
        except (ValueError, KeyError):
            raise ValueError(f"--set {setting}: expected a value of type {kind.__name__}") from None
        config = dataclasses.replace(config, **({group: _put(getattr(config, group), name, new)} if group else {name: new}))
    return config


_TRUTH = {"true": True, "false": False}


def _put(part, name: str, value):
    """A part with another value: a configuration in a configuration, or pairs of a name and a number."""
    if dataclasses.is_dataclass(part):
        return dataclasses.replace(part, **{name: value})
    return tuple((key, value if key == name else old) for key, old in part)


def _simple(part) -> dict[str, type]:
    """What of a part one word can set, and the types."""
    if isinstance(part, tuple) and part and all(isinstance(pair, tuple) and isinstance(pair[-1], float) for pair in part):
        return dict.fromkeys((key for key, _ in part), float)
    if not dataclasses.is_dataclass(part):
        return {}
    return {name: type(value) for name, value in vars(part).items() if isinstance(value, int | float | str)}
