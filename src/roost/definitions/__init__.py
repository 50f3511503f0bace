"""A centre's definitions: a folder of YAML, loaded with positions, checked across its files,
compiled to what the rooms are configured by, compared with what's in force.

    load(folder) -> Loaded | list[Problem]        everything that's wrong, at once
    compile_floor(loaded, voice) -> Floor         for the cell, by `floor.definition.Configure`
    compile_contracts(loaded) -> tuple[Contract]  for the office
    needed_prompts(loaded, voice)                 what must be spoken before it's in force
    difference(old, new)                          for people, before `roost apply`
    application(loaded, voice, before)            what puts them in force, as values
"""

from roost.definitions.application import Application, application
from roost.definitions.compile import compile_floor
from roost.definitions.contracts import compile_contracts
from roost.definitions.difference import Change, difference
from roost.definitions.load import Loaded, load
from roost.definitions.needs import NeededPrompt, needed_prompts
from roost.definitions.problems import Problem

__all__ = [
    "Application",
    "Change",
    "Loaded",
    "NeededPrompt",
    "Problem",
    "application",
    "compile_contracts",
    "compile_floor",
    "difference",
    "load",
    "needed_prompts",
]
