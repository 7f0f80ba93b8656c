import { frontOf } from "./front";
import { ingestSamples, makeDemo, makeFolder, makeToken, serve } from "./weir";

/** Serves the demo world, an empty lake, and one of real samples where there are any, with the built console in front of each. */
export default async function setup(): Promise<() => void> {
  const [full, empty] = [makeFolder(), makeFolder()];
  makeDemo(full.folder);
  const [weir, bare] = [await serve(full.folder), await serve(empty.folder)];
  const [front, bareFront] = [await frontOf(weir), await frontOf(bare)];
  process.env.WEIR_URL = weir.url;
  process.env.CONSOLE_URL = front.url;
  process.env.EMPTY_CONSOLE_URL = bareFront.url;
  const servers = [front, bareFront, weir, bare];
  const folders = [full, empty];
  const guarded = makeFolder();
  folders.push(guarded);
  process.env.TOKEN = makeToken(guarded.folder);
  const asking = await serve(guarded.folder);
  const askingFront = await frontOf(asking);
  process.env.TOKEN_CONSOLE_URL = askingFront.url;
  servers.push(askingFront, asking);
  const real = makeFolder();
  folders.push(real);
  if (ingestSamples(real.folder)) {
    const samples = await serve(real.folder);
    const samplesFront = await frontOf(samples);
    process.env.SAMPLES_URL = samples.url;
    process.env.SAMPLES_CONSOLE_URL = samplesFront.url;
    servers.push(samplesFront, samples);
  }
  return () => {
    for (const each of servers) each.stop();
    for (const each of folders) each.remove();
  };
}
