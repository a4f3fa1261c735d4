"""`dataclass`, as the standard library has it, at a tenth of what each class costs at the start.

The standard one compiles up to seven methods for every class, 1.2 ms of them: for the three
hundred of this program that would be a fifth of its start. Here the methods are shared, and
``__init__``, which is worth compiling, is compiled when the first object is made. Whoever imports
`dataclass` from the standard library instead has the same, but for the time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, eq=True, slots=False):
        """As `dataclasses.dataclass`, of which these are the parts that we use."""
        if cls is None:
            return lambda cls: _dataclass(cls, frozen=frozen, eq=eq, slots=slots)
        return _dataclass(cls, frozen=frozen, eq=eq, slots=slots)


def _dataclass(cls: Any, *, frozen: bool, eq: bool, slots: bool) -> Any:
    own = frozenset(vars(cls))
    if not cls.__doc__:
        # The standard library would make one of the signature, which takes long.
        cls.__doc__ = cls.__name__
    cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    methods = _shared(dataclasses.fields(cls), frozen=frozen, eq=eq)
    if frozen:
        methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if frozen and slots:
        methods |= {"__getstate__": _state, "__setstate__": _restore}
    methods["__init__"] = _init_made_late(cls, frozen)
    for name, method in methods.items():
        if name not in own:
            setattr(cls, name, method)
    return cls


def _shared(
    fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool, eq: bool
) -> dict[str, Callable[..., Any] | None]:
    """The methods that need no code of their own."""
    methods: dict[str, Callable[..., Any] | None] = {"__repr__": _repr}
    if not eq:
        return methods
    values = _values_of([f.name for f in fields if f.compare])

    def __eq__(self: Any, other: object) -> bool:  # noqa: N807
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    hashed = _values_of([f.name for f in fields if (f.compare if f.hash is None else f.hash)])
    return methods | {
        "__eq__": __eq__,
        "__hash__": (lambda self: hash(hashed(self))) if frozen else None,
    }


def _values_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda of: (get(of),)


def _init_made_late(cls: Any, frozen: bool) -> Callable[..., None]:
    """An ``__init__`` that makes the real one, and hands over to it."""

    def __init__(self: Any, *args: Any, **values: Any) -> None:  # noqa: N807
        made = _init_of(cls, frozen)
        cls.__init__ = made
        made(self, *args, **values)

    return __init__


def _init_of(cls: Any, frozen: bool) -> Callable[..., None]:
    """The ``__init__`` that the standard library would make."""
    known: dict[str, Any] = {"_put": object.__setattr__, "_missing": dataclasses.MISSING}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(cls):
        name = value = parameter = field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_{name}"], parameter = field.default_factory, f"{name}=_missing"
            value = f"_{name}() if {name} is _missing else {name}"
        elif field.default is not dataclasses.MISSING:
            known[f"_{name}"], parameter = field.default, f"{name}=_{name}"
        parameters.append(parameter)
        lines.append(f"_put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n  " + "\n  ".join(lines or ["pass"]), known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
