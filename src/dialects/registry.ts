import { datadog } from './datadog/index.ts';
import type { Dialect } from './dialect.ts';
import { glance } from './glance/index.ts';
import { huaweiHss } from './huawei-hss/index.ts';
import { qualys } from './qualys/index.ts';
import { stackrox } from './stackrox/index.ts';

/** Every dialect, one line each; a test compares this list with the folders. */
export const DIALECTS: readonly Dialect[] = [datadog, qualys, huaweiHss, stackrox, glance];
