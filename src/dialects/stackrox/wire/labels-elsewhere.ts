/**
 * Labels that belong to other things than images (policies, nodes, compliance, ...). A query may name them: beside other
 * labels they are passed over, alone they find nothing.
 */
const TEXT = `
  actual path|administration usage cpu units|administration usage nodes|administration usage timestamp|
  admission control status|alert id|allow privilege escalation|apparmor profile|approver user id|
  approver user name|area of concern|authprovider name|automount service account token|base image active|
  base image discovered at|base image first layer digest|base image id|base image index|base image layer digest|
  base image manifest digest|base image repository|base image tag|blob length|blob modified on|blob name|
  category|cert expiration|closed|closed time|cluster cve fixable|cluster cve fixed by|cluster discovered time|
  cluster risk priority|cluster role|cluster scope|cluster status|collection id|collection name|
  collector status|compliance benchmark name|compliance benchmark short name|compliance benchmark version|
  compliance check id|compliance check last started time|compliance check name|compliance check rationale|
  compliance check result created time|compliance check status|compliance check uid|
  compliance config profile name|compliance control|compliance domain id|compliance error count|
  compliance fail count|compliance inconsistent count|compliance info count|compliance manual count|
  compliance not applicable count|compliance operator installed|compliance operator integration id|
  compliance operator status|compliance operator version|compliance pass count|compliance profile id|
  compliance profile name|compliance profile name count|compliance profile operator kind|
  compliance profile product type|compliance profile version|compliance remediation name|
  compliance report completed time|compliance report name|compliance report notification method|
  compliance report request type|compliance report started time|compliance report state|compliance rule name|
  compliance rule severity|compliance rule type|compliance run finished timestamp|compliance run id|
  compliance scan config id|compliance scan config last updated time|compliance scan config name|
  compliance scan last executed time|compliance scan last executed time max|compliance scan last started time|
  compliance scan name|compliance scan result|compliance scan setting binding name|compliance standard|
  compliance suite name|container id|container image digest|container name|container runtime|control|
  control group|control group id|control id|created time|critical cve count|current sequence number|cve info|
  cve orphaned|cve orphaned time|cve snooze expiry|cve snoozed|cve type|default external source|
  deferral update cves|description|disabled|discovered external source|effective path|embedded collection id|
  enforcement|enforcement action|enforcement count|entity type|event domain|event level|event occurrence|
  event type|expiration|expired request|expiry type|external source address|false positive update cves|
  file operation|first system occurrence timestamp|fixable critical cve count|fixable important cve count|
  fixable low cve count|fixable moderate cve count|fixable unknown cve count|group auth provider|group key|
  group value|guest os|host ipc|host network|host pid|image component count|image pull secret registry|
  image registry scope|image remote scope|image signature verified by|image tag scope|important cve count|
  inactive deployment|integration id|integration name|integration type|last contact|last persisted|
  lifecycle stage|liveness probe defined|low cve count|minimum sequence number|moderate cve count|
  mount propagation|namespace risk priority|node|node annotation|node count|node id|node join time|node label|
  node risk priority|node risk score|node scan time|node top cvss|pod id|pod name|pod uid|policy|
  policy category|policy category id|policy id|policy last updated|policy violated|priority|process ancestor|
  process arguments|process container start time|process creation time|process id|process name|process path|
  process tag|process uid|profile ref id|readiness probe defined|replicas|report completion time|
  report configuration id|report init time|report name|report notification method|report request type|
  report state|report type|request expires when fixed|request expiry time|request name|request status|
  requested vulnerability state|requester user id|requester user name|resource|resource type|revoked|risk score|
  risk subject type|role|role annotation|role binding|role binding annotation|role binding id|
  role binding label|role id|role label|rule ref id|scan ref id|scanner status|seccomp profile type|secret id|
  secret type|sensor status|sensor version compatibility|service account annotation|service account label|
  sort_enforcement|sort_lifecycle stage|sort_policy|standard|standard id|subject|subject kind|tag|taint effect|
  taint key|taint value|toleration key|toleration value|unknown cve count|user id|user name|version|violation|
  violation state|violation time|virtual machine id|virtual machine name|virtual machine scan id|
  virtual machine scan os|virtual machine scan time|virtual machine state|virtual machine top cvss
`;

/** The names in lower case. */
export const LABELS_ELSEWHERE: ReadonlySet<string> = new Set(TEXT.split('|').map((name) => name.trim()));
