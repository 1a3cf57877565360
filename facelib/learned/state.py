"""Nested state as tensors and JSON: all that a checkpoint holds, in two forms of file that hold data only and cannot run anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


def pack(tree: Any) -> tuple[dict[str, Tensor], Any]:
    """Take the tensors out of nested state.

    Parameters
    ----------
    tree : dict, list, tuple, Tensor, str, int, float, bool or None
        Nested in any way; the keys of a dict are str or int.

    Returns
    -------
    tensors : dict of str to Tensor
        Copies on the CPU, contiguous, no two in the same memory, as safetensors wants them.
    plain : object
        The rest, as JSON can hold it. A list is a list; what else holds something is a dict of one item that says what it was.

    Raises
    ------
    TypeError
        Something else is in it; the message says where.

    Examples
    --------
    >>> tensors, plain = pack({"lr": 0.1, 3: (torch.zeros(2), None)})
    >>> plain
    {'dict': [['lr', 0.1], [3, {'tuple': [{'tensor': ['0 state.3.0', [0]]}, None]}]]}
    >>> unpack(tensors, plain)
    {'lr': 0.1, 3: (tensor([0., 0.]), None)}
    """
    tensors: dict[str, Tensor] = {}

    def packed(part: Any, at: str) -> Any:
        if isinstance(part, Tensor):
            order = _order(part)
            name = f"{len(tensors)} {at}"  # numbered, since keys may hold dots
            tensors[name] = part.detach().permute(order).to("cpu", copy=True, memory_format=torch.contiguous_format)
            return {"tensor": [name, order]}
        if part is None or isinstance(part, bool | int | float | str):
            return part
        if isinstance(part, Mapping) and all(isinstance(key, str | int) for key in part):
            return {"dict": [[key, packed(value, f"{at}.{key}")] for key, value in part.items()]}
        if isinstance(part, list | tuple):
            items = [packed(value, f"{at}.{number}") for number, value in enumerate(part)]
            return items if isinstance(part, list) else {"tuple": items}
        raise TypeError(f"{at}: expected tensors, numbers, text, or dicts (of str or int), lists and tuples of them, got {type(part)}")

    plain = packed(tree, "state")
    return tensors, plain


def unpack(tensors: Mapping[str, Tensor], plain: Any) -> Any:
    """What was packed. Any dict is a plain dict then.

    Raises
    ------
    ValueError, TypeError, KeyError, RuntimeError
        This is nothing that `pack` made.
    """
    if isinstance(plain, list):
        return [unpack(tensors, part) for part in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, held),) = plain.items()
    if kind == "dict":
        return {key: unpack(tensors, value) for key, value in held}
    if kind == "tuple":
        return tuple(unpack(tensors, part) for part in held)
    if kind == "tensor":
        name, order = held
        return tensors[name].permute([order.index(axis) for axis in range(len(order))])
    raise ValueError(f"state: expected a dict, a tuple or a tensor, got {kind}")


def _order(tensor: Tensor) -> list[int]:
    """The axes in the order in which they lie in memory: channels last must stay so, since a fused optimizer steps through memory."""
    plain = list(range(tensor.ndim))
    order = sorted(plain, key=lambda axis: -tensor.stride(axis))
    return order if not tensor.is_contiguous() and tensor.permute(order).is_contiguous() else plain
