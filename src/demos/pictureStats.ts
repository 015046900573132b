/** Statistics of a camera's pictures by channel, exact: a byte has 256 values, so they are counted. */
import { QUANTILES, quantile, type FeatureStats } from './columnStats.ts';

/** Rows from above, three bytes a pixel. */
export interface RgbPixels {
  width: number;
  height: number;
  data: ArrayLike<number>;
}

const CHANNELS = 3;
const VALUES = 256;

export class PictureCounts {
  private readonly counts = Array.from({ length: CHANNELS }, () => new Float64Array(VALUES));
  private pictures = 0;

  add({ data }: RgbPixels): void {
    const [red, green, blue] = this.counts;
    for (let i = 0; i < data.length; i += CHANNELS) {
      red[data[i]]++;
      green[data[i + 1]]++;
      blue[data[i + 2]]++;
    }
    this.pictures++;
  }

  addAll(other: PictureCounts): void {
    for (const [channel, counts] of this.counts.entries())
      for (let value = 0; value < VALUES; value++) counts[value] += other.counts[channel][value];
    this.pictures += other.pictures;
  }

  /** As LeRobot keeps them: values from 0 to 1, shape [3, 1, 1]; `count` is that of pictures. */
  describe(): FeatureStats {
    const channels = this.counts.map(describeChannel);
    const named = Object.keys(channels[0]).map((name) => [name, channels.map((stats) => [[stats[name]]])]);
    return { ...(Object.fromEntries(named) as FeatureStats), count: [this.pictures] };
  }
}

function describeChannel(counts: Float64Array): Record<string, number> {
  const upTo = new Float64Array(VALUES);
  counts.forEach((n, value) => (upTo[value] = n + (value && upTo[value - 1])));
  const total = upTo[VALUES - 1];
  const average = (of: (value: number) => number) =>
    counts.reduce((sum, n, value) => sum + n * of(value), 0) / total;
  const mean = average((value) => value);
  const at = (i: number) => upTo.findIndex((n) => n > i);
  const bytes = {
    min: at(0),
    max: at(total - 1),
    mean,
    std: Math.sqrt(average((value) => (value - mean) ** 2)),
    ...Object.fromEntries(
      Object.entries(QUANTILES).map(([name, share]) => [name, quantile(at, total, share)]),
    ),
  };
  return Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, value / (VALUES - 1)]));
}
