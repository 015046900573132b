import { mount } from 'svelte';
import Page from './Page.svelte';
import './theme.css';

mount(Page, { target: document.getElementById('notebook')! });
