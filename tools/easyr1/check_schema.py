"""Compares test/golden/easyr1/schema.json with the dataclasses of an EasyR1 checkout.

python3 tools/easyr1/check_schema.py <EasyR1 checkout>

Only the files with the dataclasses are loaded, so that neither torch nor vLLM need be installed.
"""

import dataclasses
import importlib
import json
import pathlib
import sys
import types
import typing

GOLDEN = pathlib.Path(__file__).parents[2] / "test" / "golden" / "easyr1"
NAMES = {int: "int", float: "float", bool: "bool", str: "str", dict: "dict"}


def load_config(checkout: pathlib.Path):
    def package(name: str):
        module = types.ModuleType(name)
        module.__path__ = [str(checkout / name.replace(".", "/"))]
        sys.modules[name] = module
        return module

    for name in ["verl", "verl.trainer", "verl.utils", "verl.workers"]:
        package(name)
    helpers = types.ModuleType("verl.utils.py_functional")
    helpers.get_abs_path = lambda path, prompt="File": path
    sys.modules["verl.utils.py_functional"] = helpers
    for name in ["actor", "critic", "reward", "rollout"]:
        worker = package(f"verl.workers.{name}")
        vars(worker).update(vars(importlib.import_module(f"verl.workers.{name}.config")))
    return importlib.import_module("verl.trainer.config").PPOConfig


def type_name(hint):
    nullable = type(None) in typing.get_args(hint)
    if nullable:
        hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
    origin = typing.get_origin(hint) or hint
    if origin is tuple:
        return ("strings" if typing.get_args(hint)[0] is str else "floats"), nullable
    return NAMES[origin], nullable


def fields(cls, prefix=""):
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        hint = typing.get_type_hints(cls)[field.name]
        if dataclasses.is_dataclass(hint):
            yield from fields(hint, f"{prefix}{field.name}.")
            continue
        made = field.default_factory() if field.default is dataclasses.MISSING else field.default
        name, nullable = type_name(hint)
        value = list(made) if isinstance(made, tuple) else made
        yield prefix + field.name, {"type": name, "nullable": nullable, "default": value}


def main():
    theirs = dict(fields(load_config(pathlib.Path(sys.argv[1]))))
    ours = json.loads((GOLDEN / "schema.json").read_text(encoding="utf-8"))
    differing = sorted(key for key in theirs.keys() | ours.keys() if theirs.get(key) != ours.get(key))
    for key in differing:
        print(f"{key}: EasyR1 {theirs.get(key)}, ours {ours.get(key)}")
    print(f"{len(theirs)} settings in EasyR1, {len(differing)} differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
