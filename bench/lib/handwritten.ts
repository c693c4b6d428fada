/**
 * The benches' questions as a person who knows the tables would write them, one statement each, for a project whose
 * only bucket is 0: what asking costs at least. Not made from the store's own statements, and not run through it.
 *
 * Parameters are in the order they are written: the project, the label's key and value (folded) and the project again,
 * the position to start after, the limit. A label has one spelling in the benches' data, so its id is one value. A page selects the columns its answer is made of. `cross join` keeps the written order of the
 * tables in SQLite and means nothing special in PostgreSQL.
 */
const IMAGE = 'i.summary as i_summary, i.last_seen_at, i.container_count, i.running_count, i.host_count';
const PLACEMENT = `p.summary, p.name, p.digest, p.short_name, p.registry, p.repository, ${IMAGE}`;
const CONTENT = `c.summary, c.last_used_at, c.container_count as c1, c.running_count as c2, c.host_count as c3, ${IMAGE}`;

const ID = '(select tag_id from tag_count where project_no = ? and bucket = 0 and key_fold = ? and value_fold = ?)';
const IMAGE_OF_TAG = `image_tag t cross join image i where t.tag_id = ${ID} and t.project_no = ?
  and i.project_no = t.project_no and i.bucket = t.bucket and i.image_id = t.image_id`;
const PLACED = 'i.project_no = p.project_no and i.bucket = p.bucket and i.image_id = p.image_id';
const PLACEMENT_OF_TAG = `placement_tag t cross join placement p cross join image i
  where t.tag_id = ${ID} and t.project_no = ?
  and p.project_no = t.project_no and p.bucket = t.bucket and p.image_id = t.image_id and p.name = t.name and ${PLACED}`;
const SHOWN = 'i.project_no = c.project_no and i.bucket = 0 and i.image_id = c.image_id';
const CONTENT_OF_TAG = `content_tag t cross join content c cross join image i
  where t.tag_id = ${ID} and t.project_no = ?
  and c.project_no = t.project_no and c.bucket = t.bucket and c.content_id = t.content_id and ${SHOWN}`;
const RUNNING = "r.state <> 'gone' and r.enterprise_project = '0'";
/** What a Glance admin's list shows: parameter the caller's project. */
const LISTED = "i.hidden = FALSE_ and i.status <> 'killed' and (i.visibility <> 'community' or i.owner = ?)";

export const HANDWRITTEN = {
  // Native: images.
  'image by updated': `select ${IMAGE} from image i where i.project_no = ? order by i.updated_at desc, i.created_at desc, i.image_id desc limit ?`,
  'image by updated, after': `select ${IMAGE} from image i where i.project_no = ? and (i.updated_at, i.created_at, i.image_id) < (?, ?, ?) order by i.updated_at desc, i.created_at desc, i.image_id desc limit ?`,
  'image by size': `select ${IMAGE} from image i where i.project_no = ? and i.size >= 0 order by i.size desc, i.created_at desc, i.image_id desc limit ?`,
  'image by size, after': `select ${IMAGE} from image i where i.project_no = ? and (i.size, i.created_at, i.image_id) < (?, ?, ?) order by i.size desc, i.created_at desc, i.image_id desc limit ?`,
  'tagged image by updated': `select ${IMAGE} from ${IMAGE_OF_TAG} order by t.updated_at desc, t.created_at desc, t.image_id desc limit ?`,
  'tagged image by updated, after': `select ${IMAGE} from ${IMAGE_OF_TAG} and (t.updated_at, t.created_at, t.image_id) < (?, ?, ?) order by t.updated_at desc, t.created_at desc, t.image_id desc limit ?`,
  // Datadog: placements.
  'placement by name': `select ${PLACEMENT} from placement p cross join image i where p.project_no = ? and ${PLACED} order by p.name, p.digest_head limit ?`,
  'placement by name, after': `select ${PLACEMENT} from placement p cross join image i where p.project_no = ? and ${PLACED} and (p.name, p.digest_head) > (?, ?) order by p.name, p.digest_head limit ?`,
  'placement by size': `select ${PLACEMENT} from placement p cross join image i where p.project_no = ? and ${PLACED} and p.size >= 0 order by p.size desc, p.name desc, p.digest_head desc limit ?`,
  'placement by size, after': `select ${PLACEMENT} from placement p cross join image i where p.project_no = ? and ${PLACED} and (p.size, p.name, p.digest_head) < (?, ?, ?) order by p.size desc, p.name desc, p.digest_head desc limit ?`,
  'tagged placement by name': `select ${PLACEMENT} from ${PLACEMENT_OF_TAG} order by t.name, t.digest_head limit ?`,
  'tagged placement by name, after': `select ${PLACEMENT} from ${PLACEMENT_OF_TAG} and (t.name, t.digest_head) > (?, ?) order by t.name, t.digest_head limit ?`,
  // Qualys: contents.
  'content by built': `select ${CONTENT} from content c cross join image i where c.project_no = ? and ${SHOWN} and c.built_at >= 0 order by c.built_at desc, c.content_id desc limit ?`,
  'content by built, after': `select ${CONTENT} from content c cross join image i where c.project_no = ? and ${SHOWN} and (c.built_at, c.content_id) < (?, ?) order by c.built_at desc, c.content_id desc limit ?`,
  'content by size': `select ${CONTENT} from content c cross join image i where c.project_no = ? and ${SHOWN} and c.size >= 0 order by c.size desc, c.content_id desc limit ?`,
  'content by size, after': `select ${CONTENT} from content c cross join image i where c.project_no = ? and ${SHOWN} and (c.size, c.content_id) < (?, ?) order by c.size desc, c.content_id desc limit ?`,
  'tagged content by built': `select ${CONTENT} from ${CONTENT_OF_TAG} order by t.built_at desc, t.content_id desc limit ?`,
  'tagged content by built, after': `select ${CONTENT} from ${CONTENT_OF_TAG} and (t.built_at, t.content_id) < (?, ?) order by t.built_at desc, t.content_id desc limit ?`,
  // HSS: containers.
  'container by host': `select r.summary from container r where r.project_no = ? and ${RUNNING} order by r.host_name, r.name, r.container_id limit ?`,
  'container by host, after': `select r.summary from container r where r.project_no = ? and ${RUNNING} and (r.host_name, r.name, r.container_id) > (?, ?, ?) order by r.host_name, r.name, r.container_id limit ?`,
  'container by host, at': `select r.summary from container r where r.project_no = ? and ${RUNNING} order by r.host_name, r.name, r.container_id limit ? offset ?`,
  'common container by host': `select r.summary from container r where r.project_no = ? and ${RUNNING} and POSITION_(r.image_repository, ?) > 0 order by r.host_name, r.name, r.container_id limit ?`,
  'common container by host, after': `select r.summary from container r where r.project_no = ? and ${RUNNING} and POSITION_(r.image_repository, ?) > 0 and (r.host_name, r.name, r.container_id) > (?, ?, ?) order by r.host_name, r.name, r.container_id limit ?`,
  'rare container by host': `with recursive n(v) as (select min(image_repository) from container where project_no = ? union all select (select min(x.image_repository) from container x where x.project_no = ? and x.image_repository > n.v) from n where n.v is not null) select r.summary from container r BY_(container_by_image_repository_host_name_name) where r.project_no = ? and r.image_repository in (select v from n where POSITION_(v, ?) > 0) and ${RUNNING} order by r.host_name, r.name, r.container_id limit ?`,
  // StackRox: container images.
  'container image by updated': `select ${IMAGE} from image i where i.project_no = ? and i.kind = 'container' order by i.updated_at, i.created_at, i.image_id limit ?`,
  'container image by updated, after': `select ${IMAGE} from image i where i.project_no = ? and i.kind = 'container' and (i.updated_at, i.created_at, i.image_id) > (?, ?, ?) order by i.updated_at, i.created_at, i.image_id limit ?`,
  'container image by updated, at': `select ${IMAGE} from image i where i.project_no = ? and i.kind = 'container' order by i.updated_at, i.created_at, i.image_id limit ? offset ?`,
  'container image by built': `select ${IMAGE} from image i where i.project_no = ? and i.kind = 'container' and i.built_at >= 0 order by i.built_at desc, i.created_at desc, i.image_id desc limit ?`,
  'container image by built, after': `select ${IMAGE} from image i where i.project_no = ? and i.kind = 'container' and (i.built_at, i.created_at, i.image_id) < (?, ?, ?) order by i.built_at desc, i.created_at desc, i.image_id desc limit ?`,
  'tagged container image by updated': `select ${IMAGE} from ${IMAGE_OF_TAG} and i.kind = 'container' order by t.updated_at, t.created_at, t.image_id limit ?`,
  'tagged container image by updated, after': `select ${IMAGE} from ${IMAGE_OF_TAG} and i.kind = 'container' and (t.updated_at, t.created_at, t.image_id) > (?, ?, ?) order by t.updated_at, t.created_at, t.image_id limit ?`,
  // Glance: images an admin sees.
  'listed image by created': `select ${IMAGE} from image i where i.project_no = ? and ${LISTED} order by i.created_at desc, i.image_id desc limit ?`,
  'listed image by created, after': `select ${IMAGE} from image i where i.project_no = ? and ${LISTED} and (i.created_at, i.image_id) < (?, ?) order by i.created_at desc, i.image_id desc limit ?`,
  'listed image by size': `select ${IMAGE} from image i where i.project_no = ? and ${LISTED} and i.size >= 0 order by i.size desc, i.created_at desc, i.image_id desc limit ?`,
  'listed image by size, after': `select ${IMAGE} from image i where i.project_no = ? and ${LISTED} and (i.size, i.created_at, i.image_id) < (?, ?, ?) order by i.size desc, i.created_at desc, i.image_id desc limit ?`,
  'tagged listed image by created': `select ${IMAGE} from ${IMAGE_OF_TAG} and ${LISTED} order by t.created_at desc, t.image_id desc limit ?`,
  'tagged listed image by created, after': `select ${IMAGE} from ${IMAGE_OF_TAG} and ${LISTED} and (t.created_at, t.image_id) < (?, ?) order by t.created_at desc, t.image_id desc limit ?`,
  // Groups and counts.
  'images by label': `select min(value) as value, sum(image_count) as n from tag_count BY_(tag_count_by_key_fold_value_fold) where project_no = ? and key_fold = ? and image_count > 0 group by value_fold order by n desc, value_fold limit ?`,
  'placements by label': `select min(value) as value, sum(placement_count) as n from tag_count BY_(tag_count_by_key_fold_value_fold) where project_no = ? and key_fold = ? and placement_count > 0 group by value_fold order by n desc, value_fold limit ?`,
  'tagged placements by label': `select min(w.value) as value, count(*) as n from placement_tag t cross join placement_tag g cross join tag_count w where t.tag_id = ${ID} and t.project_no = ? and g.project_no = t.project_no and g.bucket = t.bucket and g.image_id = t.image_id and g.name = t.name and w.project_no = g.project_no and w.bucket = g.bucket and w.tag_id = g.tag_id and w.key = ? group by w.value_fold order by n desc, w.value_fold limit ?`,
  'count of images': `select count from row_count where project_no = ? and bucket = 0 and entity = 'image'`,
  'count of tagged images': `select sum(image_count) as n from tag_count BY_(tag_count_by_key_fold_value_fold) where project_no = ? and key_fold = ? and value_fold = ?`,
  'count of twice tagged images of a size': `select count(*) as n from image_tag t cross join image_tag u cross join image i where t.tag_id = ${ID} and u.tag_id = ${ID} and t.project_no = ? and u.project_no = t.project_no and u.bucket = t.bucket and u.image_id = t.image_id and i.project_no = t.project_no and i.bucket = t.bucket and i.image_id = t.image_id and i.size >= ?`,
  'count of container images': `select count(*) as n from image where project_no = ? and kind = 'container'`,
} as const;

export type StatementName = keyof typeof HANDWRITTEN;

/** The index to use, where SQLite would choose another. */
const INDEXED = /BY_\((?<index>\w+)\)/g;

/** The statement in SQLite's words. */
export function sqliteText(name: StatementName): string {
  return HANDWRITTEN[name]
    .replaceAll('POSITION_', 'instr')
    .replaceAll('FALSE_', '0')
    .replace(INDEXED, 'indexed by $<index>');
}

/** The statement in PostgreSQL's words. */
export function postgresText(name: StatementName): string {
  let used = 0;
  const text = HANDWRITTEN[name].replaceAll('POSITION_', 'strpos').replaceAll('FALSE_', 'false').replace(INDEXED, '');
  return text.replace(/\?/g, () => {
    used += 1;
    return `$${used}`;
  });
}
