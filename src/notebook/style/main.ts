import { mount } from 'svelte';
import '../theme.css';
import StylePage from './StylePage.svelte';

const target = document.getElementById('style')!;
// A part that takes the focus as it appears does so where none has it: here the page stays at its top.
target.focus({ preventScroll: true });
mount(StylePage, { target, props: { room: new URLSearchParams(location.search).get('room') } });
