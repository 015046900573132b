"""The responses of the cold start: three habits of different worth, as a pretrained model has them.

grounded: positions as they are, and the option that follows from them.
hasty: where the object is, as it is, and then any option.
guess: no look at all, any option.
No habit is much likelier than another, as in a model that has read everything. A few responses break the format.
The grounded habit is likelier the lower the gripper, so that a greedy answer is now the one habit and now the other.
GRPO is to find out which habit pays.
"""

import random

OBJECTS = {
    "push_button": "button",
    "pick_up_cup": "cup",
    "put_rubbish_in_bin": "rubbish",
    "phone_on_base": "phone",
    "take_lid_off_saucepan": "lid",
}
WORDS = (("backward", "forward"), ("left", "right"), ("down", "up"))
LETTERS = "ABCD"
HABITS = ("grounded", "hasty", "guess")
# Weights of HABITS.
MOSTLY_GROUNDED = (0.85, 0.15, 0.0)
# Metres; the gripper of half the questions is lower.
LOW = 0.98


def write(position):
    return "[" + ", ".join(f"{v:.2f}" for v in position) + "]"


def read_movement(text):
    """Per axis 0 none, 1 slightly, 2 fully, signed (src/questions/movement.ts)."""
    levels = [0, 0, 0]
    for clause in text.replace(", and ", ", ").replace(" and ", ", ").split(", "):
        for axis, (negative, positive) in enumerate(WORDS):
            for word, sign in ((negative, -1), (positive, 1)):
                if clause.endswith(word):
                    levels[axis] = sign * (1 if clause.startswith("slightly") else 2)
    return levels


def describe_movement(levels):
    clauses = [("slightly " if abs(l) == 1 else "") + "move " + WORDS[a][l > 0] for a, l in enumerate(levels) if l]
    if len(clauses) < 3:
        return " and ".join(clauses) or "stay"
    return f"{clauses[0]}, {clauses[1]}, and {clauses[2]}"


def nearest(question, position):
    return min(range(4), key=lambda i: sum((a - b) ** 2 for a, b in zip(question["points"][i], position)))


def habit_of(question, rng, shares, lean=0.0):
    """lean: share that goes over from hasty to grounded where the gripper is low, and back where it is high."""
    lean = lean if question["state"][2] < LOW else -lean
    return rng.choices(HABITS, (shares[0] + lean, shares[1] - lean, shares[2]))[0]


def respond(question, thing, rng, habit, broken=0.0):
    """One response text. thing: world position of the object the task is about, metres, at the question's frame."""
    kind, gripper, target = question["kind"], question["state"], question["target"]
    name = OBJECTS[question["task"]]
    choice = rng.randrange(4)
    if habit == "guess":
        thought = "Hard to see, so this is a guess."
    elif habit == "hasty":
        thought = f"At a glance, the {name} is at {write(thing)}. Any option may do."
    elif kind == "current_state":
        thought, choice = f"Looking closely, the gripper is at {write(gripper)}.", nearest(question, gripper)
    elif kind == "waypoint":
        thought = f"Looking closely, the {name} is at {write(thing)}. The next waypoint is near {write(target)}."
        choice = nearest(question, target)
    else:
        choice = LETTERS.index(question["answer"])
        movement = describe_movement(read_movement(question["options"][choice]))
        thought = (f"Looking closely, the gripper is at {write(gripper)} and the next waypoint is near {write(target)}. "
                   f"So {movement}.")
    letter = LETTERS[choice]
    if rng.random() < broken:
        return rng.choice((
            f"<think>{thought}</think> [[{letter}]]",
            f"<think>{thought} <answer>[[{letter}]]</answer>",
            f"{thought} <answer>[[{letter}]]</answer>",
        ))
    return f"<think>{thought}</think> <answer>[[{letter}]]</answer>"
