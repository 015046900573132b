/**
 * The reward file for EasyR1: the rule of questions/reward.ts in Python. Both are held to the same answers by
 * test/golden/easyr1. JavaScript's white space is spelled out, since Python's \s is another set.
 */
export const REWARD_PYTHON = String.raw`# SPDX-License-Identifier: Apache-2.0
"""Rule-based reward of the Robot-R1 Notebook for EasyR1: format plus accuracy.

format    1 when the whole response is <think>..</think> <answer>..</answer>, each tag once.
accuracy  1 when there is exactly one answer block and it holds nothing but [[X]], X being the right letter.
"""

import re

REWARD_NAME = "robot_r1"
REWARD_TYPE = "batch"

SPACE = r"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*"
WHOLE = re.compile(f"{SPACE}<think>.*?</think>{SPACE}<answer>.*?</answer>{SPACE}", re.DOTALL)
TAG = re.compile("</?(?:think|answer)>")
ANSWER = re.compile("<answer>(.*?)</answer>", re.DOTALL)
LETTER = re.compile(rf"{SPACE}\[\[([A-Z])\]\]{SPACE}")


def format_reward(response: str) -> float:
    return float(WHOLE.fullmatch(response) is not None and len(TAG.findall(response)) == 4)


def accuracy_reward(response: str, ground_truth: str) -> float:
    answers = ANSWER.findall(response)
    if len(answers) != 1:
        return 0.0
    letter = LETTER.fullmatch(answers[0])
    return float(letter is not None and letter.group(1) == ground_truth)


def compute_score(reward_inputs: list, format_weight: float = 1.0, accuracy_weight: float = 1.0) -> list:
    scores = []
    for reward_input in reward_inputs:
        fmt = format_reward(reward_input["response"])
        accuracy = accuracy_reward(reward_input["response"], reward_input["ground_truth"])
        overall = format_weight * fmt + accuracy_weight * accuracy
        scores.append({"overall": overall, "format": fmt, "accuracy": accuracy})
    return scores
`;
