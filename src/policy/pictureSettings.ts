/** How a model's pictures are made ready, written out for transformers.js where Python's classes take it for granted. */
import * as v from 'valibot';

/** What of the processor's files is read here, or is filled in where they are silent. */
export const preprocessorSchema = v.looseObject({
  processor_class: v.nullish(v.string()),
  image_processor_type: v.nullish(v.string()),
  image_mean: v.nullish(v.array(v.number())),
  min_pixels: v.nullish(v.number()),
  do_normalize: v.nullish(v.boolean()),
  do_resize: v.nullish(v.boolean()),
  do_image_splitting: v.nullish(v.boolean()),
});
/** Newer repositories have the settings of pictures in here too. */
export const processorSchema = v.looseObject({
  processor_class: v.nullish(v.string()),
  image_processor: v.nullish(preprocessorSchema),
});
type Settings = v.InferOutput<typeof preprocessorSchema>;

interface Stated {
  /** preprocessor_config.json. */
  preprocessor: Settings;
  /** processor_config.json. */
  processor: v.InferOutput<typeof processorSchema>;
  /** tokenizer_config.json. */
  tokenizer: { processor_class?: string };
}

/** Where config.json says that what is not square is put on a square, its colour; null: the processor's own way. */
export function squareColour(
  config: { image_aspect_ratio?: string | null },
  settings: Settings,
): number[] | null {
  if (config.image_aspect_ratio !== 'pad') return null;
  return (settings.image_mean ?? [0, 0, 0]).map((share) => Math.trunc(share * 255));
}

/** @returns null where no file names the processor's class. */
export function pictureSettings({ preprocessor, processor, tokenizer }: Stated): Settings | null {
  const settings: Settings = { ...processor.image_processor };
  for (const [name, value] of Object.entries(preprocessor)) if (value !== null) settings[name] = value;
  // transformers.js looks for the class in this file alone.
  settings.processor_class ??= processor.processor_class ?? tokenizer.processor_class;
  if (!settings.processor_class) return null;
  // Python's classes do both where their file is silent, transformers.js does not.
  settings.do_normalize ??= Boolean(settings.image_mean);
  if (settings.min_pixels) settings.do_resize ??= true;
  // A picture of a robot is small: it is seen as a whole, not in tiles. Not every class takes that with the call.
  settings.do_image_splitting = false;
  // Python's class heeds neither size nor do_resize and keeps the picture's shape; transformers.js would make it square first.
  if (settings.image_processor_type?.startsWith('Lfm2Vl')) settings.do_resize = false;
  return settings;
}
