import type { ImageRow } from '../../../domain/rows.ts';
import { ALL, and, eq, NONE, not, or, type Predicate, some } from '../../../query/predicate.ts';
import type { Caller } from '../auth.ts';
import type { MemberStatus } from '../fields.ts';
import type { Filters } from '../parse.ts';

const PUBLIC = eq('visibility', 'public');
const COMMUNITY = eq('visibility', 'community');
const SHARED = eq('visibility', 'shared');

/**
 * The whole condition of a list: its own filters, what the caller may see (contract 1.4), no hidden images unless
 * asked for, and never one that is killed.
 */
export function listCondition(filters: Filters, caller: Caller): Predicate {
  const alive = not(eq('status', 'killed'));
  return and(filters.where, seen(filters, caller), eq('hidden', filters.hidden ?? false), alive);
}

function seen(filters: Filters, caller: Caller): Predicate {
  const { visibility, memberStatus } = filters;
  if (visibility === '') return NONE;
  const wanted = visibility === undefined || visibility === 'all' ? ALL : eq('visibility', visibility);
  if (caller.admin) {
    if (visibility !== undefined) return wanted;
    return or(not(COMMUNITY), own(caller));
  }
  if (visibility === undefined) return or(PUBLIC, own(caller), offered(caller, memberStatus));
  switch (visibility) {
    case 'public':
    case 'community':
      return wanted;
    case 'private':
      return and(wanted, own(caller));
    case 'shared':
      return and(wanted, or(own(caller), offered(caller, memberStatus)));
    default:
      return or(PUBLIC, COMMUNITY, own(caller), offered(caller, memberStatus));
  }
}

function own(caller: Caller): Predicate {
  return caller.projectId === null ? NONE : eq('owner', caller.projectId);
}

function offered(caller: Caller, status: MemberStatus): Predicate {
  if (caller.projectId === null) return NONE;
  const member = eq('member', caller.projectId);
  return and(SHARED, some('member', status === 'all' ? member : and(member, eq('status', status))));
}

/**
 * Whether the caller may see one image by its id, or page from it: wider than the list, where a pending offer and
 * another's community image are left out.
 */
export function mayShow(image: Pick<ImageRow, 'service'>, caller: Caller): boolean {
  const { owner, visibility, members } = image.service;
  if (caller.admin || owner === null || visibility === 'public' || visibility === 'community') return true;
  if (caller.projectId === null) return false;
  if (owner === caller.projectId) return true;
  return visibility === 'shared' && members.some(({ member }) => member === caller.projectId);
}
