// Runs api/pages/static/verifier.js over the vectors' folder; prints one verdict per line.
import { openAsBlob, readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const [script, folder] = process.argv.slice(2);
runInThisContext(readFileSync(script, "utf-8"));
for (const { name, asked } of JSON.parse(readFileSync(`${folder}/index.json`, "utf-8"))) {
  const against = asked.against && await openAsBlob(`${folder}/${asked.against}`);
  const wanted = await JejakVerifier.asked({ ...asked, against });
  const verdict = wanted && await JejakVerifier.verify(await openAsBlob(`${folder}/${name}.ndjson`), wanted);
  console.log(JSON.stringify({ name, verdict }));
}
