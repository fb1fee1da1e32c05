// The official MCAP library. Usage: node mcap.js indexed|stream|write FILE
// "indexed" reads as a viewer does: footer, summary, then the messages by the index of each chunk.
// "stream" reads from begin to end, also a file that ends too early. Both verify all CRCs, and
// print one line for each record. "write" writes a file, and prints one line for each message.
"use strict";

const fs = require("fs");
const { McapIndexedReader, McapStreamReader, McapWriter } = require("@mcap/core");

const utf8 = (bytes) => Buffer.from(bytes).toString("utf8");
const map = (entries) => [...entries].map(([key, value]) => `${key}=${value}`).join(",");
const line = (...fields) => console.log(fields.join(" "));

const printers = {
  Header: (r) => line("header", r.profile, r.library),
  Schema: (r) => line("schema", r.id, r.name, r.encoding, utf8(r.data)),
  Channel: (r) => line("channel", r.id, r.schemaId, r.topic, r.messageEncoding, map(r.metadata)),
  Message: (r) => line("message", r.channelId, r.sequence, r.logTime, r.publishTime, utf8(r.data)),
  Metadata: (r) => line("metadata", r.name, map(r.metadata)),
  MetadataIndex: (r) => line("metadata index", r.name, r.offset, r.length),
  MessageIndex: (r) => line("message index", r.channelId, r.records.length),
  ChunkIndex: (r) =>
    line("chunk index", r.messageStartTime, r.messageEndTime, r.chunkStartOffset, r.chunkLength,
      map(r.messageIndexOffsets), r.messageIndexLength, r.uncompressedSize),
  Statistics: (r) =>
    line("statistics", r.messageCount, r.schemaCount, r.channelCount, r.metadataCount, r.chunkCount,
      r.messageStartTime, r.messageEndTime, map(r.channelMessageCounts)),
  SummaryOffset: (r) => line("summary offset", r.groupOpcode, r.groupStart, r.groupLength),
  DataEnd: (r) => line("data end", r.dataSectionCrc),
  Footer: (r) => line("footer", r.summaryStart, r.summaryOffsetStart, r.summaryCrc),
};
const print = (record) => printers[record.type](record);

async function indexed(file) {
  const bytes = fs.readFileSync(file);
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(bytes.length),
      read: async (offset, length) =>
        new Uint8Array(bytes.subarray(Number(offset), Number(offset) + Number(length))),
    },
  });
  print(reader.header);
  reader.schemasById.forEach(print);
  reader.channelsById.forEach(print);
  reader.chunkIndexes.forEach(print);
  reader.metadataIndexes.forEach(print);
  print(reader.statistics);
  for await (const metadata of reader.readMetadata()) {
    print(metadata);
  }
  for await (const message of reader.readMessages({ validateCrcs: true })) {
    print(message);
  }
}

async function stream(file) {
  const bytes = fs.readFileSync(file);
  const reader = new McapStreamReader({ validateCrcs: true });
  for (let from = 0; from < bytes.length; from += 1000) {
    reader.append(bytes.subarray(from, from + 1000));
    for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
      print(record);
    }
  }
  line(reader.done() ? "complete" : "incomplete");
}

// Chunks of about 2 kB, two channels, an attachment and metadata between them.
async function write(file) {
  const output = fs.openSync(file, "wx");
  let length = 0;
  const writer = new McapWriter({
    chunkSize: 2000,
    writable: {
      position: () => BigInt(length),
      write: async (bytes) => {
        length += fs.writeSync(output, bytes);
      },
    },
  });
  await writer.start({ profile: "", library: "official" });
  const schemaId = await writer.registerSchema({
    name: "State",
    encoding: "jsonschema",
    data: Buffer.from("{}"),
  });
  const channels = [];
  for (const topic of ["/state", "/event"]) {
    const metadata = new Map([["topic", topic]]);
    channels.push(
      await writer.registerChannel({ schemaId, topic, messageEncoding: "json", metadata }));
  }
  for (let i = 0; i < 1000; i++) {
    const channelId = channels[i % 3 === 0 ? 1 : 0];
    const logTime = BigInt(i) * 20_000_000n;
    const data = JSON.stringify({ i, text: "x".repeat(i % 40) });
    await writer.addMessage({
      channelId,
      sequence: i,
      logTime,
      publishTime: logTime + 1n,
      data: Buffer.from(data),
    });
    line(i % 3 === 0 ? "/event" : "/state", `#${i}`, logTime, logTime + 1n, data);
    if (i === 500) {
      await writer.addAttachment({
        name: "a.bin",
        logTime,
        createTime: 0n,
        mediaType: "application/octet-stream",
        data: new Uint8Array(50_000),
      });
      await writer.addMetadata({ name: "middle", metadata: new Map([["i", "500"]]) });
    }
  }
  await writer.end();
  fs.closeSync(output);
}

const [mode, file] = process.argv.slice(2);
({ indexed, stream, write })[mode](file).catch((error) => {
  console.error(error);
  process.exit(1);
});
