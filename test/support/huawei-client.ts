/**
 * Asks a server with the vendor's own SDK, in a process of its own: it writes to the home and the working folder and
 * logs to standard output. Takes calls as JSON on standard input and gives the outcomes back on descriptor 3.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';

/** One call of the SDK. */
export interface HuaweiCall {
  readonly endpoint: string;
  readonly ak: string;
  readonly sk: string;
  /** Left out: the SDK looks it up by the region's name. */
  readonly projectId?: string;
  readonly region?: string;
  readonly iamEndpoint?: string;
  /** Sign with a key derived for this service (`V11-HMAC-SHA256`). */
  readonly derivedFor?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What it came to: the SDK's answer, or the error as it types it. */
export interface HuaweiOutcome {
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly name: string;
    readonly httpStatusCode?: number;
    readonly errorCode?: string;
    readonly errorMsg?: string;
    readonly requestId?: string;
    readonly message: string;
  };
}

interface Credentials {
  withAk(ak: string): this;
  withSk(sk: string): this;
  withProjectId(id: string): this;
  withIamEndpoint(endpoint: string): this;
  withDerivedPredicate(predicate: () => boolean): this;
}
interface Client {
  sendRequest(options: object): Promise<Record<string, unknown>>;
}
interface Builder {
  withCredential(credentials: Credentials): this;
  withEndpoint(endpoint: string): this;
  withRegion(region: object): this;
  withDerivedAuthServiceName(name: string): this;
  build(): Client;
}

const SDK = '@huaweicloud/huaweicloud-sdk-core';

if (import.meta.main) {
  const calls = (await json(process.stdin)) as readonly HuaweiCall[];
  const outcomes: HuaweiOutcome[] = [];
  for (const call of calls) outcomes.push(await ask(call));
  writeFileSync(3, JSON.stringify(outcomes));
}

async function ask(call: HuaweiCall): Promise<HuaweiOutcome> {
  const require = createRequire(import.meta.url);
  const { ClientBuilder } = require(`${SDK}/ClientBuilder`) as {
    ClientBuilder: new (init: (client: Client) => Client) => Builder;
  };
  const { BasicCredentials, Region } = require(SDK) as {
    BasicCredentials: new () => Credentials;
    Region: new (id: string, endpoint: string) => object;
  };
  const credentials = new BasicCredentials().withAk(call.ak).withSk(call.sk);
  if (call.projectId !== undefined) credentials.withProjectId(call.projectId);
  if (call.iamEndpoint !== undefined) credentials.withIamEndpoint(call.iamEndpoint);
  if (call.derivedFor !== undefined) credentials.withDerivedPredicate(() => true);
  const builder = new ClientBuilder((client) => client).withCredential(credentials);
  if (call.region === undefined) builder.withEndpoint(call.endpoint);
  else builder.withRegion(new Region(call.region, call.endpoint));
  if (call.derivedFor !== undefined) builder.withDerivedAuthServiceName(call.derivedFor);
  try {
    const answer = await builder.build().sendRequest({
      method: 'GET',
      url: '/v5/{project_id}/image/local/containers',
      contentType: 'application/json',
      queryParams: call.query ?? {},
      pathParams: {},
      headers: { region: 'RegionOne', ...call.headers },
      responseHeaders: [''],
    });
    return { answer };
  } catch (thrown) {
    const { name, message, httpStatusCode, errorCode, errorMsg, requestId } = thrown as NonNullable<
      HuaweiOutcome['error']
    >;
    return {
      error: {
        name,
        message,
        ...(httpStatusCode === undefined ? {} : { httpStatusCode }),
        ...(errorCode === undefined ? {} : { errorCode }),
        ...(errorMsg === undefined ? {} : { errorMsg }),
        ...(requestId === undefined ? {} : { requestId }),
      },
    };
  }
}
