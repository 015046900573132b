/** The scene in words, for those who do not see it. */
import { positionAt } from '../../demos/demonstration.ts';
import { formatPosition } from '../../questions/question.ts';
import { count, heldWords } from '../words.ts';
import { frustumAt, type SceneContent } from './content.ts';

export function describeScene(content: SceneContent, frame: number): string {
  const { motion, note, keypoints, ahead, options, right, named } = content;
  const frustum = frustumAt(content, frame);
  const at = formatPosition(positionAt(motion, frame));
  const held = heldWords(motion.gripperOpen, frame);
  const told = ahead ? keypoints : keypoints.filter((k) => k <= frame);
  const sentences = [
    `${robot(content)} ${ground(content)}, frame ${frame} of ${motion.length}.`,
    ...(note ? [note] : []),
    `Gripper at ${at} metres, ${held}.`,
    `The line is the gripper's path${ahead ? '' : ' up to this frame'}.`,
  ];
  if (told.length) sentences.push(`${count(told.length, 'keypoint')}: ${told.map(keypoint).join('; ')}.`);
  if (options.length) {
    sentences.push(
      `Options: ${options
        .map(
          ({ letter, position, from }) =>
            `${letter} ${from ? 'an arrow to' : 'at'} ${formatPosition(position)}`,
        )
        .join('; ')}.`,
    );
  }
  if (right) sentences.push(`Right is ${right}.`);
  if (named.length) {
    sentences.push(
      `Named: ${named.map(({ label, position }) => `${label} at ${formatPosition(position)}`).join('; ')}.`,
    );
  }
  if (frustum) sentences.push(`The camera stands at ${formatPosition(frustum.eye)}, its picture before it.`);
  return sentences.join(' ');

  function keypoint(k: number): string {
    return `frame ${k} at ${formatPosition(positionAt(motion, k))}`;
  }
}

function robot({ base }: SceneContent): string {
  return base ? 'The robot arm' : 'The gripper alone';
}

function ground({ table }: SceneContent): string {
  if (table === 'rlbench') return 'at its table';
  return table ? 'at a table' : 'over a grid';
}
