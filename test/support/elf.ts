/** The smallest static Linux program that stays: it waits for a signal, for ever. */

// x86-64: mov eax, 34 (pause); syscall; jmp back.
const X64 = Buffer.from('b8220000000f05ebf7', 'hex');
// AArch64: ppoll(0, 0, 0, 0) as call 73; b back. Little-endian words.
const ARM64 = words(0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa);

const LOAD_AT = 0x400000;
const HEADERS = 64 + 56;

/** An ELF file (System V ABI, 64 bit, little-endian) with one segment: headers and code. */
export function waitingProgram(architecture: 'amd64' | 'arm64'): Buffer {
  const code = architecture === 'amd64' ? X64 : ARM64;
  const file = Buffer.alloc(HEADERS + code.length);
  file.write('7f454c46020101', 0, 'hex');
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(architecture === 'amd64' ? 62 : 183, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(LOAD_AT + HEADERS), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read, execute
  file.writeBigUInt64LE(BigInt(LOAD_AT), 80);
  file.writeBigUInt64LE(BigInt(LOAD_AT), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  code.copy(file, HEADERS);
  return file;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4);
  return bytes;
}
