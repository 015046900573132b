"""Accuracy and format of responses, as src/questions/reward.ts judges them, and how far thoughts are off."""

import math
import re
from collections import defaultdict

WHOLE = re.compile(r"\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*", re.S)
TAG = re.compile(r"</?(?:think|answer)>")
ANSWER = re.compile(r"<answer>(.*?)</answer>", re.S)
LETTER = re.compile(r"\s*\[\[([A-D])\]\]\s*")
PLACE = r"\[-?\d\.\d\d, -?\d\.\d\d, -?\d\.\d\d\]"
MOVE = r"(?:slightly )?move \w+"
# The sentences of thoughts.respond.
SENTENCES = re.compile("|".join((
    r"Hard to see, so this is a guess\.",
    rf"At a glance, the \w+ is at {PLACE}\. Any option may do\.",
    rf"Looking closely, the gripper is at {PLACE}\.",
    rf"Looking closely, the \w+ is at {PLACE}\. The next waypoint is near {PLACE}\.",
    rf"Looking closely, the gripper is at {PLACE} and the next waypoint is near {PLACE}\. "
    rf"So (?:stay|{MOVE}(?: and {MOVE}|, {MOVE}, and {MOVE})?)\.",
)))
POINT = re.compile(r"\[(-?\d\.\d\d), (-?\d\.\d\d), (-?\d\.\d\d)\]")


def judge(text, answer):
    """(format, accuracy), 0 or 1 each."""
    well_formed = bool(WHOLE.fullmatch(text)) and len(TAG.findall(text)) == 4
    answers = ANSWER.findall(text)
    letter = LETTER.fullmatch(answers[0]) if len(answers) == 1 else None
    return int(well_formed), int(bool(letter) and letter[1] == answer)


def readable(text):
    """Whether the thought is, word for word but for its positions and movements, one that the cold start was shown."""
    whole = WHOLE.fullmatch(text)
    return bool(whole and SENTENCES.fullmatch(whole[1].strip()))


def errors(question, thing, text, habit):
    """Distances in cm of the positions that a thought names from those that it means. thing: the object's position."""
    points = [tuple(map(float, p)) for p in POINT.findall(text)]
    state, target = question["state"], question["target"]
    grounded = {"current_state": [state], "waypoint": [thing, target], "movement": [state, target]}[question["kind"]]
    meant = grounded if habit == "grounded" else [thing]
    return [100 * math.dist(p, m) for p, m in zip(points, meant)]


def summarise(questions, things, texts):
    """By kind and as the mean of kinds: accuracy, format, share of each habit, median error of the last position of a
    grounded thought in cm, `readable`, and `right`, the share of responses that name positions, all of them within 5 cm."""
    rows = defaultdict(list)
    for q, thing, text in zip(questions, things, texts):
        habit = "grounded" if "Looking closely" in text else "hasty" if "At a glance" in text else "guess"
        rows[q["kind"]].append((*judge(text, q["answer"]), habit, errors(q, thing, text, habit), readable(text)))
    out = {}
    for kind, found in sorted(rows.items()):
        off = sorted(r[3][-1] for r in found if r[3] and r[2] == "grounded")
        out[kind] = dict(
            n=len(found), accuracy=round(sum(r[1] for r in found) / len(found), 3),
            format=round(sum(r[0] for r in found) / len(found), 3),
            grounded=round(sum(r[2] == "grounded" for r in found) / len(found), 3),
            hasty=round(sum(r[2] == "hasty" for r in found) / len(found), 3),
            cm=round(off[len(off) // 2], 1) if off else None,
            readable=round(sum(r[4] for r in found) / len(found), 3),
            right=round(sum(bool(r[3]) and max(r[3]) <= 5 for r in found) / len(found), 3),
        )
    out["mean"] = {key: round(sum(v[key] for v in out.values()) / len(out), 3) for key in ("accuracy", "format", "readable", "right")}
    return out
