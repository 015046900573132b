/** A bundle as a LeRobot v3.0 dataset with its frames as pictures inside the parquet files. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, configure } from '@zip.js/zip.js';
import { columnStats } from './columnStats.ts';
import type { Bundle, EncodedImage } from './demonstration.ts';
import {
  CHUNKS_SIZE,
  dataColumns,
  episodeColumns,
  pictureStats,
  statsColumns,
  taskColumns,
  type Episode,
} from './lerobotColumns.ts';
import { datasetInfo, movingCameras, sharedCameras, sharedFps } from './lerobotDatasetInfo.ts';
import { parquetFile, type StoredPicture } from './parquetTable.ts';
import { PictureCounts, type RgbPixels } from './pictureStats.ts';

/** Written into every entry, so that the same bundle gives the same bytes. */
const ENTRY_DATE = new Date(2025, 0, 1);

export interface WriteOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
  /** Decodes a picture, of whose pixels the statistics are. @param what names it in errors */
  decode: (what: string, image: EncodedImage) => Promise<RgbPixels>;
  /** A data file takes no further episode beyond it; LeRobot's own 100 without it. */
  data_files_size_in_mb?: number;
}

/**
 * A zip, entries stored without compression, in LeRobot v3.0's layout.
 *
 * observation.state is x, y, z (metres, world frame), quaternion x, y, z, w and gripper_open, in float32; action is the
 * state of the next frame. The gripper's opening, cameras and joint columns are written where every demonstration has
 * them. A camera's
 * calibration stands in info.json as features["observation.images.<camera>"].info (intrinsics 3x3, extrinsics 4x4
 * camera to world, and `episodes` for those that differ from the first); the extrinsics of one that moves are the
 * feature camera_extrinsics.<camera>, which its info names, where every demonstration has them; what is known of a world
 * that is not RLBench's stands as `scene` in the info of observation.state; id, task name, variation and all
 * descriptions stand in meta/episodes as demonstration/* columns. Statistics of every feature stand in meta/stats.json,
 * and of each episode in meta/episodes as stats/<feature>/<statistic>.
 * @throws Error when there is no demonstration, or frame rates or picture sizes differ among them; what `decode` throws
 */
export async function writeLerobot(
  bundle: Bundle,
  { signal, onProgress, decode, data_files_size_in_mb = 100 }: WriteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const demos = bundle.demonstrations;
  const cameras = sharedCameras(demos);
  const fps = sharedFps(demos);
  const joints = (['jointPositions', 'jointVelocities'] as const).filter((key) =>
    demos.every((demo) => demo[key]),
  );
  const opening = demos.every((demo) => demo.gripperOpen);
  const moving = movingCameras(demos, cameras);
  const columnsOf = (episodes: Episode[], pictures: string[]) =>
    dataColumns(episodes, opening, joints, moving, pictures, fps);
  const tasks = [...new Set(demos.map((demo) => demo.descriptions[0]))];

  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new Uint8ArrayWriter(), {
    level: 0,
    lastModDate: ENTRY_DATE,
    extendedTimestamp: false,
  });
  const add = (path: string, bytes: Uint8Array) => zip.add(path, new Uint8ArrayReader(bytes));

  const total = demos.reduce((sum, demo) => sum + demo.length, 0);
  const files: Episode[][] = [];
  let pending: Episode[] = [];
  let pendingBytes = 0;
  let from = 0;
  const flush = async () => {
    const path = `data/${chunkPath(files.length)}`;
    await add(
      path,
      parquetFile(columnsOf(pending, cameras), { rowGroups: pending.map((e) => e.demo.length) }),
    );
    files.push(pending.map((episode) => ({ ...episode, pictures: {} })));
    [pending, pendingBytes] = [[], 0];
  };
  for (const [index, demo] of demos.entries()) {
    const pictures: Record<string, StoredPicture[]> = {};
    const counts: Record<string, PictureCounts> = {};
    for (const camera of cameras) {
      pictures[camera] = [];
      counts[camera] = new PictureCounts();
      for (let frame = 0; frame < demo.length; frame++) {
        signal?.throwIfAborted();
        const picture = await bundle.frames.read(demo.id, camera, frame);
        const { bytes, mime } = picture;
        counts[camera].add(await decode(`frame ${frame} of ${demo.id}, camera ${camera}`, picture));
        const path = `frame-${String(frame).padStart(6, '0')}.${mime.slice('image/'.length)}`;
        pictures[camera].push({ bytes, path });
        pendingBytes += bytes.length;
      }
    }
    pending.push({ demo, index, taskIndex: tasks.indexOf(demo.descriptions[0]), from, pictures, counts });
    from += demo.length;
    onProgress?.({ done: from, total, what: 'frames' });
    if (pendingBytes > data_files_size_in_mb * 2 ** 20) await flush();
  }
  if (pending.length) await flush();

  await add('meta/tasks.parquet', parquetFile(taskColumns(tasks), { pandasIndex: 'task' }));
  const episodes = files.flat();
  const statsOf = (some: Episode[]) => ({
    ...columnStats(columnsOf(some, [])),
    ...pictureStats(some, cameras),
  });
  const columns = [...episodeColumns(files), ...statsColumns(episodes.map((episode) => statsOf([episode])))];
  await add('meta/episodes/chunk-000/file-000.parquet', parquetFile(columns));
  await add('meta/stats.json', json(statsOf(episodes)));
  await add(
    'meta/info.json',
    json(datasetInfo(demos, opening, joints, cameras, moving, fps, tasks.length, data_files_size_in_mb)),
  );
  return zip.close();
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value, null, 2) + '\n');

function chunkPath(file: number): string {
  const pad = (n: number) => String(n).padStart(3, '0');
  return `chunk-${pad(Math.floor(file / CHUNKS_SIZE))}/file-${pad(file % CHUNKS_SIZE)}.parquet`;
}
