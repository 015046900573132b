"""Recordings (`robot-r1 record --raw`) and questions (`robot-r1 questions --json`) as arrays."""

import json
import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from thoughts import OBJECTS


class Recordings:
    """Frames that were stored, with the positions the vision tower is to see.

    pictures: uint8 [F, 3, H, W]. places: float32 [F, 9], gripper, the task's object and next waypoint, metres, world
    frame. index: (demonstration id, frame) -> row.
    """

    def __init__(self, folder, questions):
        folder = Path(folder)
        wanted = {(q["demonstration"], q["frame"]): q for q in questions}
        demos = {}
        for path in sorted(folder.rglob("*.json")):
            demo = json.loads(path.read_text())
            demos[demo["id"]] = (path.with_suffix(""), demo)
        self.index, pictures, places = {}, [], []
        for (name, frame), q in sorted(wanted.items(), key=lambda item: item[0]):
            base, demo = demos[name]
            thing = demo["objects"][OBJECTS[demo["task"]]]
            thing = thing[frame] if isinstance(thing[0], list) else thing
            file = next(base.glob(f"{frame:03d}.*"))
            pictures.append(np.asarray(Image.open(file).convert("RGB")).transpose(2, 0, 1))
            places.append([*q["state"], *thing, *q["target"]])
            self.index[(name, frame)] = len(places) - 1
        self.pictures = torch.from_numpy(np.stack(pictures))
        self.places = torch.tensor(places, dtype=torch.float32)

    def row(self, question):
        return self.index[(question["demonstration"], question["frame"])]

    def object_at(self, question):
        """World position of the task's object at the question's frame, metres."""
        return self.places[self.row(question), 3:6].tolist()


def load_questions(paths):
    return [q for path in paths for q in json.loads(Path(path).read_text())["questions"]]


def hold_out(questions, share, seed=0):
    """(train, held-out) by demonstration."""
    names = sorted({q["demonstration"] for q in questions})
    random.Random(seed).shuffle(names)
    held = set(names[: round(len(names) * share)])
    return [q for q in questions if q["demonstration"] not in held], [q for q in questions if q["demonstration"] in held]


def normalise(pictures):
    return pictures.float().div_(127.5).sub_(1)
