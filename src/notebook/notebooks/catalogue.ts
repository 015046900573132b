/** The notebooks that come with the page; each is opened by ?open= and its name. */
export const SHIPPED = [
  {
    slug: 'robot-r1-in-a-minute',
    title: 'Robot-R1 in a minute',
    about: 'look at a question, ask the model, train a few steps',
  },
  {
    slug: 'grpo-step-by-step',
    title: 'GRPO, step by step',
    about: 'from a reward to the push on one token, with the formulas',
  },
  {
    slug: 'what-does-it-see',
    title: 'What does it see?',
    about: 'grey and exchanged pictures, and wrong options of three kinds',
  },
  {
    slug: 'sft-against-rl',
    title: 'SFT against RL',
    about: 'the same questions, taught in two ways',
  },
  {
    slug: 'bring-your-own-demonstrations',
    title: 'Bring your own demonstrations',
    about: 'from your files to questions and a trained adapter',
  },
  {
    slug: 'from-laptop-to-cluster',
    title: 'From laptop to cluster',
    about: 'the run in the paper’s setting, with EasyR1 on Ray',
  },
] as const;
