import { pythonJson } from './python.ts';

/** The JSON schemas of the documents (contract 2.3). Wording of the descriptions is our own. */

const UUID = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';
const CONTAINER_FORMATS = [null, 'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed'];
const DISK_FORMATS = [null, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop'];
const STATUSES = [
  'queued',
  'saving',
  'active',
  'killed',
  'deleted',
  'uploading',
  'importing',
  'pending_delete',
  'deactivated',
];

type Schema = Readonly<Record<string, unknown>>;

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const maybeText = (description: string, more: Schema = {}): Schema => ({
  type: ['null', 'string'],
  description,
  ...more,
});
const maybeInteger = (description: string): Schema => ({ type: ['null', 'integer'], readOnly: true, description });
const readOnly = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  readOnly: true,
  description,
  ...more,
});
const extra = (schema: Schema): Schema => ({ ...schema, is_base: false });

const LOCATION: Schema = {
  type: 'object',
  properties: {
    url: { type: 'string', maxLength: 255 },
    metadata: { type: 'object' },
    validation_data: {
      type: 'object',
      writeOnly: true,
      additionalProperties: false,
      properties: {
        checksum: text('MD5 of the data', { minLength: 32, maxLength: 32 }),
        os_hash_algo: text('Algorithm of the hash', { maxLength: 64 }),
        os_hash_value: text('Hash of the data, hex digits', { maxLength: 128 }),
      },
      required: ['os_hash_algo', 'os_hash_value'],
    },
  },
  required: ['url', 'metadata'],
};

const IMAGE_PROPERTIES: Schema = {
  id: text('Identifies the image', { pattern: UUID }),
  name: maybeText('What people call the image', { maxLength: 255 }),
  status: readOnly('Where the image stands in its life', { enum: STATUSES }),
  visibility: text('Who can see the image', { enum: ['community', 'public', 'private', 'shared'] }),
  protected: { type: 'boolean', description: 'Whether deletion is refused' },
  os_hidden: { type: 'boolean', description: 'Whether the image is left out of lists that do not ask for hidden ones' },
  checksum: maybeText('MD5 of the data', { readOnly: true, maxLength: 32 }),
  os_hash_algo: maybeText('Algorithm of os_hash_value', { readOnly: true, maxLength: 64 }),
  os_hash_value: maybeText('Hash of the data, hex digits', { readOnly: true, maxLength: 128 }),
  owner: maybeText('Project the image belongs to', { maxLength: 255 }),
  size: maybeInteger('Bytes of the data'),
  virtual_size: maybeInteger('Bytes of the disk the data unfolds to'),
  container_format: maybeText('Format of what wraps the disk', { enum: CONTAINER_FORMATS }),
  disk_format: maybeText('Format of the disk', { enum: DISK_FORMATS }),
  created_at: readOnly('When the image was first recorded'),
  updated_at: readOnly('When the record last changed'),
  tags: { type: 'array', items: { type: 'string', maxLength: 255 }, description: 'Bare words attached to the image' },
  direct_url: readOnly('Where the data is kept'),
  min_ram: { type: 'integer', description: 'MB of memory needed to boot it' },
  min_disk: { type: 'integer', description: 'GB of disk needed to boot it' },
  self: readOnly('Link to this document'),
  file: readOnly('Link to the data'),
  stores: readOnly('Stores that have the data'),
  schema: readOnly('Link to the schema of this document'),
  locations: {
    type: 'array',
    items: LOCATION,
    description: 'Where the data is kept, with what is known of each place',
  },
  kernel_id: extra(maybeText('Image that holds the kernel to boot with', { pattern: UUID })),
  ramdisk_id: extra(maybeText('Image that holds the ramdisk to boot with', { pattern: UUID })),
  instance_uuid: extra(text('Server the image was taken from')),
  architecture: extra(text('Processor architecture')),
  os_distro: extra(text('Short name of the operating system')),
  os_version: extra(text('Version of the operating system')),
  description: extra(text('A few words on the image')),
  cinder_encryption_key_id: extra(text('Key of an encrypted volume the image was made from')),
  cinder_encryption_key_deletion_policy: extra(
    text('What becomes of that key when the image is deleted', { enum: ['on_image_deletion', 'do_not_delete'] }),
  ),
};

const IMAGE: Schema = {
  name: 'image',
  properties: IMAGE_PROPERTIES,
  additionalProperties: { type: 'string' },
  links: [
    { rel: 'self', href: '{self}' },
    { rel: 'enclosure', href: '{file}' },
    { rel: 'describedby', href: '{schema}' },
  ],
};

const MEMBER: Schema = {
  name: 'member',
  properties: {
    member_id: text('Project the image is offered to'),
    image_id: text('The image', { pattern: UUID }),
    created_at: text('When it was offered'),
    updated_at: text('When the offer last changed'),
    status: text('What became of the offer', { enum: ['pending', 'accepted', 'rejected'] }),
    schema: readOnly('Link to the schema of this document'),
  },
};

const TASK_SUMMARY: Schema = {
  id: text('Identifies the task', { pattern: UUID }),
  type: text('What the task does', { enum: ['import', 'api_image_import'] }),
  status: text('How far it is', { enum: ['pending', 'processing', 'success', 'failure'] }),
  owner: text('Project that asked for it'),
  image_id: text('Image it concerns'),
  request_id: text('Request it came with'),
  user_id: text('User that asked for it'),
  expires_at: maybeText('When the record goes away'),
  created_at: text('When it was asked for'),
  updated_at: text('When it last changed'),
  self: readOnly('Link to this document'),
  schema: readOnly('Link to the schema of this document'),
};

const { id, type, status, owner, ...restOfTask } = TASK_SUMMARY;
const TASK_PROPERTIES: Schema = {
  ...{ id, type, status },
  input: { type: ['null', 'object'], description: 'What it was given' },
  result: { type: ['null', 'object'], description: 'What came of it' },
  owner,
  message: text('What is to be said about it'),
  ...restOfTask,
};

/** A collection that pages has links to its pages. */
function collection(name: string, item: Schema, paged: boolean): Schema {
  const described = { rel: 'describedby', href: '{schema}' };
  return {
    name,
    properties: {
      [name]: { type: 'array', items: item },
      ...(paged ? { first: { type: 'string' }, next: { type: 'string' } } : {}),
      schema: { type: 'string' },
    },
    links: paged ? [{ rel: 'first', href: '{first}' }, { rel: 'next', href: '{next}' }, described] : [described],
  };
}

const SCHEMAS = {
  image: IMAGE,
  images: collection('images', IMAGE, true),
  member: MEMBER,
  members: collection('members', MEMBER, false),
  task: { name: 'task', properties: TASK_PROPERTIES },
  tasks: collection('tasks', { name: 'task', properties: TASK_SUMMARY }, false),
} as const satisfies Readonly<Record<string, Schema>>;

const PRINTED: ReadonlyMap<string, string> = new Map(
  Object.entries(SCHEMAS).map(([name, schema]) => [name, pythonJson(schema)]),
);

/** The schema of a name as text; `undefined` when there is none. */
export function schemaDocument(name: string): string | undefined {
  return PRINTED.get(name);
}
