/**
 * Fills Glance's own database with the images of a store, exactly as Stowage's Glance dialect shows them: inserting by
 * SQL is what makes 10,000 images a matter of seconds, and its API has no way to set times, states and owners.
 */
import { DatabaseSync } from 'node:sqlite';
import { readFlags } from './arguments.ts';
import { openRecorder } from './record.ts';
import { placeOf } from './stowage.ts';

const flags = readFlags(['store', 'database'], 'glance-fill.ts --store DIR --database FILE');

type Document = Readonly<Record<string, unknown>> & { readonly id: string; readonly tags: readonly string[] };

/** Attributes of a document that are columns of `images` or no property at all. */
const OWN = new Set(
  'name disk_format container_format visibility size virtual_size status checksum protected min_ram min_disk owner os_hidden os_hash_algo os_hash_value id created_at updated_at tags self file schema direct_url locations'.split(
    ' ',
  ),
);

const recorder = await openRecorder(placeOf(flags['store']![0]!));
const database = new DatabaseSync(flags['database']![0]!);
const image = database.prepare(
  `insert into images (id, name, size, status, created_at, updated_at, deleted, checksum, owner, min_disk, min_ram,
   protected, virtual_size, visibility, os_hidden, os_hash_algo, os_hash_value, disk_format, container_format)
   values (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
);
const property = database.prepare(
  'insert into image_properties (image_id, name, value, created_at, updated_at, deleted) values (?, ?, ?, ?, ?, 0)',
);
const tag = database.prepare(
  'insert into image_tags (image_id, value, created_at, updated_at, deleted) values (?, ?, ?, ?, 0)',
);
const location = database.prepare(
  "insert into image_locations (image_id, value, meta_data, status, created_at, updated_at, deleted) values (?, ?, '{}', 'active', ?, ?, 0)",
);

let count = 0;
database.exec('begin');
for (const hidden of ['false', 'true']) {
  let path = `/v2/images?limit=1000&visibility=all&os_hidden=${hidden}`;
  while (path !== '') {
    const answer = JSON.parse((await recorder.ask('glance', path)).body) as { images: Document[]; next?: string };
    for (const each of answer.images) insert(each);
    path = answer.next ?? '';
  }
}
database.exec('commit');
database.exec('analyze');
database.close();
await recorder.close();
process.stdout.write(`${count} images in Glance's database\n`);

function insert(document: Document): void {
  const value = (name: string) => {
    const given = document[name] ?? null;
    return (typeof given === 'boolean' ? Number(given) : given) as string | number | null;
  };
  const created = time(document['created_at']);
  const updated = time(document['updated_at']);
  const { id } = document;
  image.run(
    ...[id, value('name'), value('size'), value('status'), created, updated, value('checksum'), value('owner')],
    ...[value('min_disk'), value('min_ram'), value('protected'), value('virtual_size'), value('visibility')],
    ...[value('os_hidden'), value('os_hash_algo'), value('os_hash_value')],
    ...[value('disk_format'), value('container_format')],
  );
  for (const [name, text] of Object.entries(document)) {
    if (!OWN.has(name)) property.run(id, name, String(text), created, updated);
  }
  for (const each of document.tags) tag.run(id, each, created, updated);
  if (document['status'] === 'active') location.run(id, `file:///images/${id}`, created, updated);
  count += 1;
}

/** SQLAlchemy's form of a time in SQLite. */
function time(text: unknown): string {
  return String(text).replace('T', ' ').replace('Z', '.000000');
}
