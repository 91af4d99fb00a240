/**
 * A Linux x86-64 program of 129 bytes that does nothing but pause(2): it takes any arguments, and as it is no script, its
 * /proc/PID/cmdline is just what it was given. One ELF header, one loadable segment (elf(5)), three instructions.
 */
export function pauseProgram(): Uint8Array {
  const code = [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]; // mov eax, SYS_pause; syscall; jmp back
  const base = 0x400000n;
  const [header, segment] = [64, 56];
  const size = header + segment + code.length;
  const elf = Buffer.alloc(size);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf.writeUInt16LE(2, 16); // ET_EXEC
  elf.writeUInt16LE(62, 18); // EM_X86_64
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(base + BigInt(header + segment), 24);
  elf.writeBigUInt64LE(BigInt(header), 32);
  elf.writeUInt16LE(header, 52);
  elf.writeUInt16LE(segment, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, header); // PT_LOAD
  elf.writeUInt32LE(5, header + 4); // readable, executable
  elf.writeBigUInt64LE(base, header + 16);
  elf.writeBigUInt64LE(base, header + 24);
  elf.writeBigUInt64LE(BigInt(size), header + 32);
  elf.writeBigUInt64LE(BigInt(size), header + 40);
  elf.writeBigUInt64LE(0x1000n, header + 48);
  elf.set(code, header + segment);
  return new Uint8Array(elf);
}
