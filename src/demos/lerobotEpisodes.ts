/** What a LeRobot dataset says of its episodes: meta/episodes.jsonl in version 2.1, meta/episodes/*.parquet in 3.0. */
import { BundleError } from './bundleError.ts';
import type { FileTree } from './fileTree.ts';
import { filled, type Info } from './lerobotInfo.ts';
import type { ParquetSource } from './parquetSource.ts';
import { taskName } from './taskName.ts';

const JSONL_BYTES = 32 * 2 ** 20;

export interface Episode {
  index: number;
  length: number;
  /** Index in the dataset of its first frame; null where its data file holds it alone. */
  from: number | null;
  /** Path of its data file. */
  file: string;
  /** By feature: path of the video, and where in it the episode begins, in seconds. */
  videos: Record<string, { path: string; start: number }>;
  id: string;
  task: string;
  variation: number;
  descriptions: string[];
  /** Whether writeLerobot wrote it: then what its state means is known. */
  ours: boolean;
}

interface Dataset {
  tree: FileTree;
  root: string;
  info: Info;
  /** Names of the features that are kept as video. */
  videos: string[];
}

/** @throws BundleError when the list is missing, damaged, or names an episode twice */
export async function readEpisodes(
  dataset: Dataset,
  open: (path: string) => Promise<ParquetSource>,
  signal?: AbortSignal,
): Promise<Episode[]> {
  const { version } = dataset.info;
  const episodes =
    version === '2.1' ? await episodesOfLines(dataset, signal) : await episodesOfTables(dataset, open);
  const seen = new Set<string>();
  for (const { id } of episodes) {
    if (seen.has(id))
      throw new BundleError(
        `${dataset.root}meta/info.json`,
        `has ${id} twice among its episodes: export the dataset anew`,
      );
    seen.add(id);
  }
  return episodes.sort((a, b) => a.index - b.index);
}

async function episodesOfLines(
  { tree, root, info, videos }: Dataset,
  signal?: AbortSignal,
): Promise<Episode[]> {
  const path = `${root}meta/episodes.jsonl`;
  const taskOf = new Map<unknown, unknown>(await tasksOfLines({ tree, root }, signal));
  return (await readLines(tree, path, signal)).map((line) => {
    const index = wholeNumber(path, 'episode_index', line.episode_index);
    const listed: unknown[] = Array.isArray(line.tasks) ? line.tasks : [line.tasks];
    const tasks = texts(listed.map((task) => taskOf.get(task) ?? task));
    const fields = { episode_index: index, episode_chunk: Math.floor(index / info.chunks_size) };
    return {
      index,
      length: wholeNumber(path, 'length', line.length),
      from: null,
      file: root + filled(info.data_path, fields),
      videos: Object.fromEntries(
        videos.map((key) => [
          key,
          { path: root + filled(info.video_path, { ...fields, video_key: key }), start: 0 },
        ]),
      ),
      ...words(path, index, tasks),
    };
  });
}

async function tasksOfLines(
  { tree, root }: Pick<Dataset, 'tree' | 'root'>,
  signal?: AbortSignal,
): Promise<[number, string][]> {
  const path = `${root}meta/tasks.jsonl`;
  const lines = tree.has(path) ? await readLines(tree, path, signal) : [];
  return lines.map(({ task_index, task }) => [Number(task_index), String(task)]);
}

/** Names of tasks by their numbers, as rows have them; null where the dataset has no list of them. */
export async function readTasks(
  { tree, root, info }: Pick<Dataset, 'tree' | 'root' | 'info'>,
  open: (path: string) => Promise<ParquetSource>,
  signal?: AbortSignal,
): Promise<Map<number, string> | null> {
  if (info.version === '2.1') {
    const lines = await tasksOfLines({ tree, root }, signal);
    return lines.length ? new Map(lines) : null;
  }
  const path = `${root}meta/tasks.parquet`;
  if (!tree.has(path)) return null;
  const source = await open(path);
  // LeRobot's own reader takes the names as pandas' index.
  const name = ['task', '__index_level_0__'].find((column) => source.columns.has(column));
  if (!name || !source.columns.has('task_index')) return null;
  const table = await source.read(['task_index', name]);
  return new Map(table.task_index.map((index, i) => [Number(index), String(table[name][i])]));
}

export async function readLines(
  tree: FileTree,
  path: string,
  signal?: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const text = new TextDecoder().decode(await tree.read(path, JSONL_BYTES, signal));
  return text
    .split('\n')
    .filter((line) => line.trim())
    .map((line, i) => {
      const value = parsed(line);
      if (!value || typeof value !== 'object')
        throw new BundleError(path, `has no JSON object in line ${i + 1}: export the dataset anew`);
      return value as Record<string, unknown>;
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function episodesOfTables(
  { tree, root, info, videos }: Dataset,
  open: (path: string) => Promise<ParquetSource>,
): Promise<Episode[]> {
  const folder = `${root}meta/episodes/`;
  const paths = tree.paths().filter((path) => path.startsWith(folder) && path.endsWith('.parquet'));
  if (!paths.length)
    throw new BundleError(`${folder}chunk-000/file-000.parquet`, 'is missing: take the whole dataset');
  const episodes: Episode[] = [];
  for (const path of paths.sort()) {
    const source = await open(path);
    const needed = [
      'episode_index',
      'length',
      'tasks',
      'data/chunk_index',
      'data/file_index',
      'dataset_from_index',
      ...videos.flatMap((key) =>
        ['chunk_index', 'file_index', 'from_timestamp'].map((column) => `videos/${key}/${column}`),
      ),
    ];
    const own = ['id', 'task', 'variation', 'descriptions'].map((key) => `demonstration/${key}`);
    const kept = [...own, 'dataset_to_index'].filter((column) => source.columns.has(column));
    const table = await source.read([...needed, ...kept]);
    for (let i = 0; i < source.rows; i++) {
      const whole = (column: string) => wholeNumber(path, column, table[column][i]);
      const text = (column: string) => {
        const value = table[column]?.[i];
        return typeof value === 'string' ? value : undefined;
      };
      const index = whole('episode_index');
      const ofVideo = (key: string) => {
        const start = table[`videos/${key}/from_timestamp`][i];
        if (typeof start !== 'number' || !Number.isFinite(start) || start < 0)
          throw new BundleError(
            path,
            `has ${shown(start)} as the second at which episode ${index} starts in ${key}: export the dataset anew`,
          );
        const fields = {
          video_key: key,
          chunk_index: whole(`videos/${key}/chunk_index`),
          file_index: whole(`videos/${key}/file_index`),
        };
        return { path: root + filled(info.video_path, fields), start };
      };
      const rows = kept.includes('dataset_to_index')
        ? whole('dataset_to_index') - whole('dataset_from_index')
        : null;
      if (rows !== null && rows !== whole('length'))
        throw new BundleError(
          path,
          `gives episode ${index} ${whole('length')} frames and ${rows} rows: take the dataset from its source again`,
        );
      const files = { chunk_index: whole('data/chunk_index'), file_index: whole('data/file_index') };
      const descriptions = texts(table['demonstration/descriptions']?.[i]);
      const said = words(path, index, texts(table['tasks'][i]));
      episodes.push({
        index,
        length: whole('length'),
        from: whole('dataset_from_index'),
        file: root + filled(info.data_path, files),
        videos: Object.fromEntries(videos.map((key) => [key, ofVideo(key)])),
        id: text('demonstration/id') ?? said.id,
        task: text('demonstration/task') ?? said.task,
        variation: kept.includes('demonstration/variation') ? whole('demonstration/variation') : 0,
        descriptions: descriptions.length ? descriptions : said.descriptions,
        ours: own.every((column) => source.columns.has(column)),
      });
    }
  }
  return episodes;
}

function words(path: string, index: number, tasks: string[]) {
  if (!tasks.length)
    throw new BundleError(path, `gives no task for episode ${index}: say what it does in words`);
  return {
    id: `episode${index}`,
    task: taskName(tasks[0]),
    variation: 0,
    descriptions: tasks,
    ours: false,
  };
}

/** Those that say something. */
function texts(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((text) => typeof text === 'string').filter((text) => text.trim());
}

function wholeNumber(path: string, column: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new BundleError(path, `has ${shown(value)} in column ${column} where a whole number is due`);
}

const shown = (value: unknown) =>
  String(value)
    .slice(0, 60)
    .replace(/^(null|undefined)$/, 'nothing');
