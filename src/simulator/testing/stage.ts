/** A task's scene as the expert left it, to be changed and judged. */
import type { MainModule } from '@mujoco/mujoco';
import type { Vec3 } from '../../demos/demonstration.ts';
import { runEpisode, type Episode } from '../episode.ts';
import { sceneOf } from '../scene.ts';
import type { Layout } from '../tasks/task.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { World } from '../world.ts';

/** The expert's episode, any of whose frames can be put up again with something changed, and judged. */
export class Stage {
  readonly task;
  readonly world: World;
  readonly episode: Episode;

  constructor(mujoco: MainModule, task: string, variation: number) {
    this.task = taskNamed(task);
    this.world = new World(mujoco, sceneOf(this.task));
    this.episode = runEpisode(this.world, this.task, 0, variation);
  }

  get layout(): Layout {
    return this.episode.layout;
  }

  get end(): Float64Array {
    return this.episode.configurations.at(-1)!;
  }

  /** The frame at which the gripper has closed or opened for the n-th time. */
  flip(n: number): number {
    const open = this.episode.demonstration.gripperOpen!;
    const flips = Array.from(open.keys()).filter((i) => i > 0 && open[i] !== open[i - 1]);
    return flips.at(n)!;
  }

  at(frame: number): Float64Array {
    return this.episode.configurations[frame];
  }

  /** Where a joint's values stand in a configuration. */
  address(joint: string): number {
    return (this.world.model.jnt_qposadr as Int32Array)[this.world.id('mjOBJ_JOINT', joint)];
  }

  with(configuration: Float64Array, changes: Record<number, number>): Float64Array {
    return configuration.map((value, i) => changes[i] ?? value);
  }

  /** A loose object's place and turn. */
  pose(configuration: Float64Array, object: string): Float64Array {
    const at = this.address(object);
    return configuration.slice(at, at + 7);
  }

  put(configuration: Float64Array, object: string, pose: ArrayLike<number>): Float64Array {
    const changed = configuration.slice();
    changed.set(Array.from(pose), this.address(object));
    return changed;
  }

  /** A loose object moved by so many metres. */
  moved(configuration: Float64Array, object: string, by: Vec3): Float64Array {
    const pose = this.pose(configuration, object);
    return this.put(
      configuration,
      object,
      pose.map((value, i) => value + (by[i] ?? 0)),
    );
  }

  /** What the layout says when an object's place is so many metres elsewhere. */
  layoutMoved(object: string, x: number, y = 0): Layout {
    const { placements } = this.layout;
    const place = placements[object];
    return {
      ...this.layout,
      placements: { ...placements, [object]: { ...place, x: place.x + x, y: place.y + y } },
    };
  }

  judge(configuration: Float64Array, layout = this.layout): boolean {
    this.stand(configuration);
    // Contacts are those of the configuration that a step starts from, and so are the positions of sites.
    this.world.step();
    return this.task.succeeded(this.world, layout);
  }

  /** judge where no contact is asked for: joints are exactly as set. */
  judgeJoint(name: string, value: number): boolean {
    this.stand(this.with(this.end, { [this.address(name)]: value }));
    return this.task.succeeded(this.world, this.layout);
  }

  private stand(configuration: Float64Array) {
    this.world.reset([]);
    this.task.arrange(this.world, this.layout);
    this.world.setConfiguration(configuration);
  }
}
