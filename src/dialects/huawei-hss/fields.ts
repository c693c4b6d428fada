/** A request parameter that filters, and the container field it compares (contract 1.1 and section 4). */
export interface Parameter {
  readonly field: string;
  /** `contains`: partial and case-sensitive, as in the sibling calls; `exact` otherwise. */
  readonly match: 'contains' | 'exact';
  /** Has no effect unless this other parameter is given. */
  readonly needs?: string;
}

/** The filters of `image/local/containers`. HSS has no query language: these parameters are its words. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  image_name: { field: 'image_repository', match: 'contains' },
  image_version: { field: 'image_tag', match: 'exact', needs: 'image_name' },
  image_digest: { field: 'image_digest', match: 'exact' },
  container_id: { field: 'id', match: 'exact' },
  agent_id: { field: 'agent_id', match: 'exact' },
  enterprise_project_id: { field: 'enterprise_project', match: 'exact' },
};

/** The value of `enterprise_project_id` that means every enterprise project the caller may see. */
export const ALL_ENTERPRISE_PROJECTS = 'all_granted_eps';

/** The default enterprise project. */
export const DEFAULT_ENTERPRISE_PROJECT = '0';
