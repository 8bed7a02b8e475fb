import { newDisk } from '../../support/disk.ts';
import type { Lab } from '../../support/lab.ts';

/** The directory of a new disk of 2 GB, small enough to be filled; it goes with the lab. */
export const smallDisk = (lab: Lab, name: string) => newDisk(lab.directory, `${name}-data`, '2G');
