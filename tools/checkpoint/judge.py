"""Accuracy and format of responses, as src/questions/reward.ts judges them, and how far thoughts are off."""

import math
import re
from collections import defaultdict

WHOLE = re.compile(r"\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*", re.S)
TAG = re.compile(r"</?(?:think|answer)>")
ANSWER = re.compile(r"<answer>(.*?)</answer>", re.S)
LETTER = re.compile(r"\s*\[\[([A-D])\]\]\s*")
POINT = re.compile(r"\[(-?\d\.\d\d), (-?\d\.\d\d), (-?\d\.\d\d)\]")


def judge(text, answer):
    """(format, accuracy), 0 or 1 each."""
    well_formed = bool(WHOLE.fullmatch(text)) and len(TAG.findall(text)) == 4
    answers = ANSWER.findall(text)
    letter = LETTER.fullmatch(answers[0]) if len(answers) == 1 else None
    return int(well_formed), int(bool(letter) and letter[1] == answer)


def summarise(questions, texts):
    """By kind and as the mean of kinds: accuracy, format, share of each habit, median error of the last point in cm."""
    rows = defaultdict(list)
    for q, text in zip(questions, texts):
        points = [tuple(map(float, p)) for p in POINT.findall(text)]
        goal = q["state"] if q["kind"] == "current_state" else q["target"]
        habit = ("grounded" if "Looking closely" in text else "careless" if "At a glance" in text else "guess")
        rows[q["kind"]].append((*judge(text, q["answer"]), habit, math.dist(points[-1], goal) if points else None))
    out = {}
    for kind, found in sorted(rows.items()):
        off = sorted(r[3] for r in found if r[3] is not None and r[2] == "grounded")
        out[kind] = dict(
            n=len(found), accuracy=round(sum(r[1] for r in found) / len(found), 3),
            format=round(sum(r[0] for r in found) / len(found), 3),
            grounded=round(sum(r[2] == "grounded" for r in found) / len(found), 3),
            careless=round(sum(r[2] == "careless" for r in found) / len(found), 3),
            cm=round(100 * off[len(off) // 2], 1) if off else None,
        )
    out["mean"] = dict(accuracy=round(sum(v["accuracy"] for v in out.values()) / len(out), 3),
                       format=round(sum(v["format"] for v in out.values()) / len(out), 3))
    return out
