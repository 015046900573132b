/** Downloads in a worker of their own, where the private file system can be written: a thin Comlink face. */
import { expose } from 'comlink';
import { HubService } from '../src/hub/hubService.ts';
import { opfsStore } from '../src/hub/opfsStore.ts';

expose(new HubService(opfsStore()));
