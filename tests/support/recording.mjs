// Recorded broadcasts: a channel with a recording configuration, and what a bucket in a folder holds.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { goLive, isOver, makeChannel } from './broadcast.mjs';
import { startReceiver, subscribe } from './events.mjs';
import { eventually } from './process.mjs';

export const bucket = 'recordings-of-tests';

/** A recording configuration that can be used: its ARN. */
export async function makeConfiguration(caller, input = {}) {
  const { recordingConfiguration } = await caller.get('CreateRecordingConfiguration', {
    destinationConfiguration: { s3: { bucketName: bucket } },
    thumbnailConfiguration: { recordingMode: 'DISABLED' },
    ...input,
  });
  const { arn } = recordingConfiguration;
  await eventually(10_000, 'the recording configuration', async () => {
    const { recordingConfiguration: now } = await caller.get('GetRecordingConfiguration', { arn });
    assert.notEqual(now.state, 'CREATE_FAILED', JSON.stringify(now));
    return now.state === 'ACTIVE';
  });
  return arn;
}

/** A channel whose broadcasts are recorded, and a receiver of all events. */
export async function makeRecorded(t, api, { configuration = {}, channel = {} } = {}) {
  const receiver = await startReceiver(t);
  await subscribe(api.caller, receiver);
  const recordingConfigurationArn = await makeConfiguration(api.caller, configuration);
  const made = await makeChannel(api, { type: 'BASIC', recordingConfigurationArn, ...channel });
  return { ...made, receiver, recordingConfigurationArn };
}

export const recordingEvents = (receiver) => receiver.events()
  .filter((event) => event['detail-type'] === 'IVS Recording State Change');

/** The event of a recording with this status. */
export const recordingEvent = (receiver, status, milliseconds = 20_000) => eventually(
  milliseconds, `the event ${status}`,
  () => recordingEvents(receiver).find((event) => event.detail.recording_status === status),
  () => JSON.stringify(receiver.events().map((event) => event.detail)));

/** Publishes for about `seconds`, ends, and waits for the recording: its event and all objects below its prefix. */
export async function record(t, api, made, { seconds = 8, input } = {}) {
  const before = recordingEvents(made.receiver).length;
  const { publisher, stream } = await goLive(t, api, made, input);
  await eventually(seconds * 1000 + 10_000, 'enough of a broadcast', () => Date.now() - Date.parse(stream.startTime) > seconds * 1000);
  publisher.child.kill('SIGINT');
  await isOver(api, made.channelArn);
  const end = await eventually(30_000, 'the end of the recording', () => recordingEvents(made.receiver).slice(before)
    .find(({ detail }) => detail.recording_status === 'Recording End'),
  () => JSON.stringify(recordingEvents(made.receiver)) + api.server.output());
  return { stream, end: end.detail, prefix: end.detail.recording_s3_key_prefix };
}

/** The folder that is a bucket. */
export const bucketFolder = (server) => join(server.dataDir, 'objects', bucket);

/** Paths of all files below a folder, relative to it, sorted. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile()).sort();
}

export const readText = (...path) => readFileSync(join(...path), 'utf8');
export const readJson = (...path) => JSON.parse(readText(...path));
