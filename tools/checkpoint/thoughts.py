"""The responses of the cold start: three habits of different worth, as a pretrained model has them.

grounded: positions as they are, and the option that follows from them.
careless: wrong positions, and the option that follows from those.
guess: no look at all, any option.
No habit is much likelier than another, as in a model that has read everything. A few responses break the format.
GRPO is to find out which habit pays.
"""

import random

OBJECTS = {"push_button": "button", "pick_up_cup": "cup"}
LOW, HIGH = (0.0, -0.4, 0.76), (0.5, 0.4, 1.5)
DEADBAND, SLIGHTLY = 0.01, 0.5
WORDS = (("backward", "forward"), ("left", "right"), ("down", "up"))
LETTERS = "ABCD"
# Weights of (grounded, careless, guess).
MOSTLY_GROUNDED = (0.8, 0.2, 0.0)


def write(position):
    return "[" + ", ".join(f"{v:.2f}" for v in position) + "]"


def movement_of(delta):
    """Per axis 0 none, 1 slightly, 2 fully, signed (src/questions/movement.ts)."""
    sizes = [abs(d) for d in delta]
    largest = max(sizes)
    levels = []
    for d, size in zip(delta, sizes):
        none = size == 0 or (size < DEADBAND and size < largest)
        levels.append(0 if none else (1 if d > 0 else -1) * (1 if size <= SLIGHTLY * largest else 2))
    return levels


def read_movement(text):
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


def anywhere(rng):
    return [rng.uniform(l, h) for l, h in zip(LOW, HIGH)]


def habit_of(rng, shares):
    return rng.choices(("grounded", "careless", "guess"), shares)[0]


def respond(question, target_object, rng, habit, broken=0.0):
    """One response text. target_object: world position of the object the task is about, metres."""
    kind = question["kind"]
    gripper, target, thing = question["state"], question["target"], target_object
    opening = "Looking closely, "
    if habit == "careless":
        opening = "At a glance, "
        gripper, target, thing = anywhere(rng), anywhere(rng), anywhere(rng)
    if habit == "guess":
        thought, choice = "Hard to see, so this is a guess.", rng.randrange(4)
    elif kind == "current_state":
        thought, choice = f"{opening}the gripper is at {write(gripper)}.", nearest(question, gripper)
    elif kind == "waypoint":
        name = OBJECTS[question["task"]]
        thought = f"{opening}the {name} is at {write(thing)}. The next waypoint is near {write(target)}."
        choice = nearest(question, target)
    else:
        levels = movement_of([round(t, 2) - round(g, 2) for t, g in zip(target, gripper)])
        if habit == "grounded":
            choice = LETTERS.index(question["answer"])
            levels = read_movement(question["options"][choice])
        else:
            options = [read_movement(o) for o in question["options"]]
            choice = min(range(4), key=lambda i: sum(abs(a - b) for a, b in zip(options[i], levels)))
        thought = (f"{opening}the gripper is at {write(gripper)} and the next waypoint is near {write(target)}. "
                   f"So {describe_movement(levels)}.")
    letter = LETTERS[choice]
    if rng.random() < broken:
        return rng.choice((
            f"<think>{thought}</think> [[{letter}]]",
            f"<think>{thought} <answer>[[{letter}]]</answer>",
            f"{thought} <answer>[[{letter}]]</answer>",
        ))
    return f"<think>{thought}</think> <answer>[[{letter}]]</answer>"
