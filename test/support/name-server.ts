import { createSocket, type Socket } from 'node:dgram';

/** Answers TXT questions from a map, everything else with nothing: just enough of RFC 1035. */
export async function nameServer(records: ReadonlyMap<string, readonly string[]>): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const asked = question.subarray(12, at + 5);
    const texts = records.get(labels.join('.').toLowerCase()) ?? [];
    const answers = texts.map((text) => {
      const head = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, text.length + 1, text.length]);
      return Buffer.concat([head, Buffer.from(text, 'latin1')]);
    });
    const header = Buffer.from([question[0] ?? 0, question[1] ?? 0, 0x81, 0x80, 0, 1, 0, texts.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, asked, ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}
