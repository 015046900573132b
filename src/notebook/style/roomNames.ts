/** The parts of the notebook that the style page shows, one at a time: "?room=" and the name. */
export const ROOM_NAMES = [
  'look',
  'notebook',
  'pictures',
  'scene',
  'numbers',
  'models',
  'demonstrations',
  'questions',
  'runs',
  'lab',
  'traces',
  'cells',
  'reading-cells',
  'first-cells',
  'busy-cells',
] as const;

export type RoomName = (typeof ROOM_NAMES)[number];
