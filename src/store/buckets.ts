import type { Project } from '../domain/credential.ts';

/** Every bucket of a project: what a statement over all its image-owned rows filters by (scale-out rule 1). */
export function bucketsOf(project: Pick<Project, 'bucketBase' | 'bucketCount'>): readonly number[] {
  return Array.from({ length: project.bucketCount }, (_, index) => project.bucketBase + index);
}
