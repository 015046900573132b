/** Questions as a parquet file that Hugging Face datasets loads, each with its picture in the column "image". */
import type { EncodedImage } from '../demos/demonstration.ts';
import { ParquetSource } from '../demos/parquetSource.ts';
import { parquetFile, type Column } from '../demos/parquetTable.ts';
import type { Question } from './question.ts';
import {
  checkFileSize,
  checkQuestion,
  checkUnlike,
  checkWritable,
  MOST_FILE_BYTES,
  MOST_QUESTIONS,
  questionNamed,
} from './questionSchema.ts';

const ROWS_A_GROUP = 500;
export const MOST_PICTURE_BYTES = 32 * 2 ** 20;

/**
 * @param image the picture of a question's frame; called once a question.
 * @throws Error naming the question that could not be read back, and why; AbortError
 */
export async function writeQuestionParquet(
  questions: readonly Question[],
  image: (question: Question) => Promise<EncodedImage>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkWritable(questions);
  let size = 0;
  const pictures: { bytes: Uint8Array; path: string }[] = [];
  for (const question of questions) {
    signal?.throwIfAborted();
    const { bytes, mime } = checkPicture((await image(question)).bytes, questionNamed(question));
    checkFileSize((size += bytes.length), questions.length);
    pictures.push({ bytes, path: `${question.frame}.${mime.slice('image/'.length)}` });
    onProgress?.(pictures.length, questions.length);
  }
  const text = (name: string, of: (q: Question) => string): Column => ({
    name,
    kind: 'text',
    rows: questions.map(of),
  });
  const int64 = (name: string, of: (q: Question) => number): Column => ({
    name,
    kind: 'int64',
    rows: questions.map(of),
  });
  const doubles = (name: string, of: (q: Question) => number[] | null): Column => ({
    name,
    kind: 'doubles',
    rows: questions.map(of),
  });
  const columns: Column[] = [
    text('id', (q) => q.id),
    text('kind', (q) => q.kind),
    text('demonstration', (q) => q.demonstration),
    text('task', (q) => q.task),
    int64('frame', (q) => q.frame),
    text('camera', (q) => q.camera),
    text('prompt', (q) => q.prompt),
    { name: 'options', kind: 'texts', rows: questions.map((q) => q.options) },
    doubles('points', (q) => q.points?.flat() ?? null),
    text('answer', (q) => q.answer),
    doubles('state', (q) => q.state),
    int64('keypoint', (q) => q.keypoint),
    doubles('target', (q) => q.target),
    text('viewpoint', (q) => q.viewpoint ?? 'camera'),
    { name: 'image', kind: 'picture', rows: pictures },
  ];
  const groups = Math.ceil(questions.length / ROWS_A_GROUP);
  const file = parquetFile(columns, {
    rowGroups: Array.from({ length: groups }, (_, i) =>
      Math.min(ROWS_A_GROUP, questions.length - i * ROWS_A_GROUP),
    ),
    metadata: { huggingface: JSON.stringify({ info: { features: features(columns) } }) },
  });
  checkFileSize(file.length, questions.length);
  return file;
}

/** What tells Hugging Face datasets that the struct is a picture. */
function features(columns: Column[]) {
  const value = (dtype: string) => ({ dtype, _type: 'Value' });
  const list = (dtype: string) => ({ feature: value(dtype), _type: 'Sequence' });
  const of: Record<Column['kind'], object> = {
    int64: value('int64'),
    float: value('float32'),
    text: value('string'),
    floats: list('float32'),
    doubles: list('float64'),
    int64s: list('int64'),
    channels: { feature: { feature: list('float64'), _type: 'Sequence' }, _type: 'Sequence' },
    texts: list('string'),
    picture: { _type: 'Image' },
  };
  return Object.fromEntries(columns.map(({ name, kind }) => [name, of[kind]]));
}

const FIELDS = [
  'id',
  'kind',
  'demonstration',
  'task',
  'frame',
  'camera',
  'prompt',
  'options',
  'points',
  'answer',
  'state',
  'keypoint',
  'target',
];

export interface ReadQuestions {
  questions: Question[];
  /** By question id; empty where the file holds none. */
  pictures: Map<string, EncodedImage>;
}

/** @throws Error naming the file, the row and the field. */
export async function readQuestionParquet(blob: Blob, name: string): Promise<ReadQuestions> {
  const source = await ParquetSource.open(blob, name);
  if (source.rows > MOST_QUESTIONS)
    throw new Error(`${name} holds ${source.rows} rows, at most ${MOST_QUESTIONS} are read: split it`);
  if (blob.size > MOST_FILE_BYTES)
    throw new Error(`${name} is larger than ${MOST_FILE_BYTES / 2 ** 20} MB: split it`);
  const fields = [...FIELDS, ...(source.columns.has('viewpoint') ? ['viewpoint'] : [])];
  const columns = await source.read(fields);
  const whereOf = (i: number) => `${name}, row ${i + 1}`;
  const questions = columns.id.map((_, i) => {
    const row = Object.fromEntries(fields.map((field) => [field, columns[field][i]]));
    return checkQuestion(
      { ...row, frame: plain(row.frame), keypoint: plain(row.keypoint), points: triples(row.points) },
      whereOf(i),
    );
  });
  if (questions.length === 0) throw new Error(`${name} holds no question`);
  checkUnlike(questions, whereOf);
  const pictures = new Map<string, EncodedImage>();
  if (source.columns.has('image')) {
    const { image } = await source.read(['image']);
    for (const [i, cell] of image.entries())
      if (cell !== null)
        pictures.set(questions[i].id, checkPicture((cell as { bytes?: unknown }).bytes, whereOf(i)));
  }
  return { questions, pictures };
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Three by three; what is no list of threes is left for the schema to refuse. */
function triples(value: unknown): unknown {
  if (!Array.isArray(value)) return value ?? null;
  const numbers = value as number[];
  return Array.from({ length: Math.ceil(numbers.length / 3) }, (_, i): unknown =>
    numbers.slice(3 * i, 3 * i + 3),
  );
}

const SIGNATURES: [mime: EncodedImage['mime'], offset: number, bytes: number[]][] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
];

/** @param where starts the error. @throws Error when it is no picture that is shown. */
export function checkPicture(bytes: unknown, where: string): EncodedImage {
  if (!(bytes instanceof Uint8Array))
    throw new Error(`${where}: image: holds no bytes: write pictures into the file, not only their paths`);
  if (bytes.length > MOST_PICTURE_BYTES)
    throw new Error(`${where}: image: is larger than ${MOST_PICTURE_BYTES / 2 ** 20} MB`);
  const found = SIGNATURES.find(([, offset, magic]) => magic.every((byte, i) => bytes[offset + i] === byte));
  if (!found) throw new Error(`${where}: image: is neither PNG, JPEG nor WebP`);
  return { bytes, mime: found[0] };
}
