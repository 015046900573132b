import type { Component } from 'svelte';
import BusyCellsSection from './BusyCellsSection.svelte';
import ControlsSection from './ControlsSection.svelte';
import DemonstrationsSection from './DemonstrationsSection.svelte';
import EmptyCellsSection from './EmptyCellsSection.svelte';
import MakingCellsSection from './MakingCellsSection.svelte';
import ReadingCellsSection from './ReadingCellsSection.svelte';
import LabSection from './LabSection.svelte';
import LookSection from './LookSection.svelte';
import MessagesSection from './MessagesSection.svelte';
import ModelsSection from './ModelsSection.svelte';
import NotebookSection from './NotebookSection.svelte';
import NumbersSection from './NumbersSection.svelte';
import PicturesSection from './PicturesSection.svelte';
import QuestionsSection from './QuestionsSection.svelte';
import ResponsesSection from './ResponsesSection.svelte';
import RunsSection from './RunsSection.svelte';
import SceneSection from './SceneSection.svelte';
import TracesSection from './TracesSection.svelte';
import type { RoomName } from './roomNames.ts';

export const SECTIONS: Record<RoomName, Component[]> = {
  look: [LookSection, ControlsSection, MessagesSection],
  notebook: [NotebookSection],
  pictures: [PicturesSection, ResponsesSection],
  scene: [SceneSection],
  numbers: [NumbersSection],
  models: [ModelsSection],
  demonstrations: [DemonstrationsSection],
  questions: [QuestionsSection],
  runs: [RunsSection],
  lab: [LabSection],
  traces: [TracesSection],
  cells: [MakingCellsSection],
  'reading-cells': [ReadingCellsSection],
  'first-cells': [EmptyCellsSection],
  'busy-cells': [BusyCellsSection],
};
