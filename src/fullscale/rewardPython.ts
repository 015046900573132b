/**
 * The reward file for EasyR1: the rules of questions/reward.ts and questions/openEnded.ts in Python. Both are held to the
 * same answers by test/golden/easyr1. JavaScript's white space is spelled out, since Python's \s is another set.
 */
export const REWARD_PYTHON = String.raw`# SPDX-License-Identifier: Apache-2.0
"""Rule-based reward of the Robot-R1 Notebook for EasyR1: format plus accuracy.

format    1 when the whole response is <think>..</think> <answer>..</answer>, each tag once.
accuracy  of the one answer block there must be. Where the right answer is a letter: 1 when the block holds nothing but
          [[X]], X being that letter. Where it is a position [x, y, z]: clip(1 - L1, 0, 1) when the block holds nothing
          but a position, L1 being their distance in metres summed over the axes.
"""

import re

REWARD_NAME = "robot_r1"
REWARD_TYPE = "batch"

SPACE = r"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*"
WHOLE = re.compile(f"{SPACE}<think>.*?</think>{SPACE}<answer>.*?</answer>{SPACE}", re.DOTALL)
TAG = re.compile("</?(?:think|answer)>")
ANSWER = re.compile("<answer>(.*?)</answer>", re.DOTALL)
LETTER = re.compile(rf"{SPACE}\[\[([A-Z])\]\]{SPACE}")
NUMBER = rf"{SPACE}(-?[0-9]{{1,9}}(?:\.[0-9]{{1,20}})?){SPACE}"
POSITION = re.compile(rf"{SPACE}\[{NUMBER},{NUMBER},{NUMBER}\]{SPACE}")


def format_reward(response: str) -> float:
    return float(WHOLE.fullmatch(response) is not None and len(TAG.findall(response)) == 4)


def accuracy_reward(response: str, ground_truth: str) -> float:
    answers = ANSWER.findall(response)
    if len(answers) != 1:
        return 0.0
    position = POSITION.fullmatch(ground_truth)
    if position is not None:
        given = POSITION.fullmatch(answers[0])
        return closeness(given.groups(), position.groups()) if given is not None else 0.0
    letter = LETTER.fullmatch(answers[0])
    return float(letter is not None and letter.group(1) == ground_truth)


def closeness(given: tuple, right: tuple) -> float:
    distance = 0.0
    for a, b in zip(given, right):  # added up one by one: sum() would round otherwise from Python 3.12 on
        distance += abs(float(a) - float(b))
    return min(1.0, max(0.0, 1.0 - distance))


def compute_score(reward_inputs: list, format_weight: float = 1.0, accuracy_weight: float = 1.0) -> list:
    scores = []
    for reward_input in reward_inputs:
        fmt = format_reward(reward_input["response"])
        accuracy = accuracy_reward(reward_input["response"], reward_input["ground_truth"])
        overall = format_weight * fmt + accuracy_weight * accuracy
        scores.append({"overall": overall, "format": fmt, "accuracy": accuracy})
    return scores
`;
