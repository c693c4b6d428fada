import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { invalid } from '../../domain/error.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * What certificates are checked against: Node's, the system's and the operator's own (PEM files).
 * @throws StowageError naming the file that cannot be read or holds no certificate
 */
export async function trustStore(files: readonly string[]): Promise<SecureContext> {
  const own = (await Promise.all(files.map(readCertificates))).flat();
  const ca = new Set([...getCACertificates('default'), ...getCACertificates('system'), ...own]);
  return createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2' });
}

async function readCertificates(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw invalid('settings.registry-ca', `certificate file ${file} cannot be read: ${String(error)}`, 'registryCa');
  }
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) {
    throw invalid('settings.registry-ca', `${file} holds no certificate in PEM form`, 'registryCa');
  }
  for (const certificate of found) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw invalid('settings.registry-ca', `${file} holds a certificate that cannot be read`, 'registryCa');
    }
  }
  return found;
}
