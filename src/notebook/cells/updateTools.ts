/** What it takes to say what an update will hold, fetched together. */
export { supervisedExamples } from '../../training/supervised.ts';
export { updateEstimate } from './updateEstimate.ts';
