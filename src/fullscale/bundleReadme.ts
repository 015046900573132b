/** README.md of an exported bundle: the command, whose each value is, what the reader must know. */
import { KINDS, type Question } from '../questions/question.ts';
import { asRecord, type Origin, type Setting } from './easyr1Settings.ts';

export interface ReadmeFacts {
  name: string;
  train: Question[];
  val: Question[];
  settings: Setting[];
  /** What was changed to make the run possible, one sentence each. */
  adjustments: string[];
}

export function bundleReadme({ name, train, val, settings, adjustments }: ReadmeFacts): string {
  const value = asRecord(settings);
  const text = (key: string) => value[key] as string;
  const rollout = value['data.rollout_batch_size'] as number;
  const global = value['worker.actor.global_batch_size'] as number;
  const epochs = value['trainer.total_epochs'] as number;
  const n = value['worker.rollout.n'] as number;
  const stepsAnEpoch = Math.floor(train.length / rollout);
  const experiment = `checkpoints/${text('trainer.project_name')}/${text('trainer.experiment_name')}`;
  return `# ${name}: Robot-R1 at full scale, for EasyR1

Questions, pictures, reward and configuration to train ${text('worker.actor.model.model_path')} by GRPO with
EasyR1 (https://github.com/hiyouga/EasyR1), made by the Robot-R1 Notebook. Checked against EasyR1 b44b311.

## Run

    git clone https://github.com/hiyouga/EasyR1.git && pip install -e EasyR1
    cd <this folder>
    python3 -m verl.trainer.main config=config.yaml data.train_files="$PWD/train.jsonl" data.val_files="$PWD/val.jsonl"

${hardware(value)} Any setting can follow on the command line, e.g. \`trainer.n_gpus_per_node=8\`. The paths in
config.yaml are relative to this folder; a Ray cluster must find it under the same path on every node.
Then merge the checkpoint for Hugging Face, from EasyR1's folder:

    python3 scripts/model_merger.py --local_dir <this folder>/${experiment}/global_step_<N>/actor

The log is ${experiment}/experiment_log.jsonl.

## What is here

| file | content |
| --- | --- |
| config.yaml | every value with its origin: ${origins(settings)} |
| train.jsonl | ${train.length} questions (${kindCounts(train)}) from ${demonstrations(train)} |
| val.jsonl | ${val.length} questions (${kindCounts(val)}) from ${demonstrations(val)}, none of which is trained on |
| images/ | the camera frames |
| reward.py | the reward: format plus accuracy, as the notebook computes it |

A row is \`{"problem", "answer", "images"}\`. The problem holds the whole prompt with one \`<image>\`, so
data.format_prompt is null.

A step draws ${rollout} prompts x ${n} responses and makes ${rollout / global} updates of ${global} prompts (EasyR1's global_batch_size
counts prompts); ${train.length} rows give ${stepsAnEpoch} step${stepsAnEpoch === 1 ? '' : 's'} an epoch (the rest of an epoch is dropped), ${stepsAnEpoch * epochs} steps in ${epochs} epochs.
${adjustments.map((a) => `\n- **Adjusted:** ${a}`).join('')}${adjustments.length ? '\n' : ''}
## Whose values these are

**The paper's** (Robot-R1, arXiv 2506.00070 v3):

${list(settings, 'paper')}

**EasyR1's example**, where the paper is silent (it says only that it uses EasyR1's configuration). So the KL loss and
its weight, clipping, lengths, precision, validation sampling and picture size are not the paper's word:

${list(settings, 'EasyR1 example')}

**Ours:** the wording of the prompts, the distractors' state space and least distance, the paths and names, and

${list(settings, 'ours')}

The paper adds the two rewards without naming weights. GRPO divides by the group's deviation, so only their
ratio matters.
${yours(settings)}
## Pictures

EasyR1 enlarges every picture under data.min_pixels. At ${JSON.stringify(value['data.min_pixels'])} a 224x224 frame becomes 512x512 and costs
324 image tokens; \`data.min_pixels=50176\` keeps it at 224x224 and 64 tokens, which trains faster. The paper
renders at 224x224 and does not say which it used.

## Licence

config.yaml and reward.py: Apache-2.0. The pictures and task descriptions keep the licence of the demonstrations
they were taken from. EasyR1 is Apache-2.0; the model has its own licence.
`;
}

function hardware(value: Record<string, unknown>): string {
  const nodes = value['trainer.nnodes'] as number;
  const gpus = value['trainer.n_gpus_per_node'] as number;
  return `The configuration asks for ${nodes} node${nodes === 1 ? '' : 's'} with ${gpus} GPU${gpus === 1 ? '' : 's'} each; the paper used 4 A100 of 80 GB for about 12 hours.`;
}

function origins(settings: Setting[]): string {
  return [...new Set(settings.map((s) => s.origin))].join(', ');
}

function list(settings: Setting[], origin: Origin): string {
  return settings
    .filter((s) => s.origin === origin)
    .map((s) => `- \`${s.key}\`: ${JSON.stringify(s.value)}${s.note ? ` (${s.note})` : ''}`)
    .join('\n');
}

function yours(settings: Setting[]): string {
  const own = list(settings, 'yours');
  return own ? `\n**Yours**, changed at export:\n\n${own}\n` : '';
}

function kindCounts(questions: Question[]): string {
  return KINDS.map((kind) => `${questions.filter((q) => q.kind === kind).length} ${kind}`).join(', ');
}

function demonstrations(questions: Question[]): string {
  const count = new Set(questions.map((q) => q.demonstration)).size;
  return `${count} demonstration${count === 1 ? '' : 's'}`;
}
