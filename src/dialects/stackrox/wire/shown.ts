import { eq, type Predicate } from '../../../query/predicate.ts';

/** What is an image in this API: container images, not disks. */
export const SHOWN: Predicate = eq('kind', 'container');
