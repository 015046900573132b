import { mount } from 'svelte';
import '../theme.css';
import StylePage from './StylePage.svelte';

mount(StylePage, { target: document.getElementById('style')! });
