"""Runs the exported reward over the golden answers: python3 tools/easyr1/check_reward.py [--write]"""

import importlib.util
import json
import pathlib
import sys

GOLDEN = pathlib.Path(__file__).parents[2] / "test" / "golden" / "easyr1"
WEIGHTS = {"format_weight": 0.25, "accuracy_weight": 2.0}


def load_reward():
    spec = importlib.util.spec_from_file_location("reward", GOLDEN / "reward.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    reward = load_reward()
    assert reward.REWARD_TYPE == "batch" and isinstance(reward.REWARD_NAME, str)
    cases = json.loads((GOLDEN / "cases.json").read_text(encoding="utf-8"))
    inputs = [
        {"response": case["response"], "response_length": len(case["response"]), "ground_truth": case["answer"]}
        for case in cases
    ]
    scores = [[s["format"], s["accuracy"], s["overall"]] for s in reward.compute_score(inputs, **WEIGHTS)]
    golden = GOLDEN / "scores.json"
    if "--write" in sys.argv[1:]:
        golden.write_text("[\n" + ",\n".join(map(json.dumps, scores)) + "\n]\n", encoding="utf-8")
    wrong = [case for case, a, b in zip(cases, scores, json.loads(golden.read_text(encoding="utf-8"))) if a != b]
    print(f"{len(cases)} answers, {len(wrong)} scored otherwise than in scores.json")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
