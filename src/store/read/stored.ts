import { isId } from '../../domain/id.ts';
import type { Leaf } from './condition.ts';

/** Whether a value can be one of a column of a type, so that every engine can compare with it. */
export function isStored(value: unknown, type: Leaf['type']): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string' && !value.includes('\0');
    case 'id':
      return typeof value === 'string' && isId(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean' || value === 0 || value === 1;
  }
}
